package exercises

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// Scope is the set of names that a rule may use.
type Scope struct{ names types.Map }

// Rule is a condition over the numbers of a trace, or over two answers. It is
// compiled once, when the exercise is loaded: a name that does not exist is
// the author's mistake and never reaches a learner.
type Rule struct {
	Text    string
	Clauses []Clause // the parts joined by "and" at the top, in order
}

// Clause is one condition of a Rule.
type Clause struct {
	Text string
	// Names are the names of the trace that it reads, as
	// "latency.p50_us" or "reference.parallelism", sorted.
	Names []string
	// Calls are the parts of it that look something up, as
	// region("worker").n or args[0], in the order of the text.
	Calls   []Clause
	program *vm.Program
}

// ParseRule compiles a condition.
func ParseRule(text string, in Scope) (*Rule, error) {
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, plainError(err)
	}
	r := &Rule{Text: text}
	for _, part := range conjuncts(tree.Node) {
		c, err := compile(part.String(), in, expr.AsBool())
		if err != nil {
			return nil, err
		}
		r.Clauses = append(r.Clauses, c)
	}
	return r, nil
}

// ParseValue compiles an expression of any type.
func ParseValue(text string, in Scope) (Clause, error) { return compile(text, in) }

func compile(text string, in Scope, more ...expr.Option) (Clause, error) {
	program, err := expr.Compile(text, append([]expr.Option{expr.Env(in.names), expr.MaxNodes(400)}, more...)...)
	if err != nil {
		return Clause{}, plainError(err)
	}
	v := &nameVisitor{names: in.names, found: map[string]bool{}}
	node := program.Node()
	ast.Walk(&node, v)
	c := Clause{Text: text, Names: slices.Sorted(maps.Keys(v.found)), program: program}
	for _, part := range slices.Compact(v.calls) {
		if part == text {
			continue
		}
		one, err := compile(part, in)
		if err != nil {
			return Clause{}, err
		}
		c.Calls = append(c.Calls, one)
	}
	return c, nil
}

// plainError drops the picture of the source that expr draws under its errors.
func plainError(err error) error {
	var at *file.Error
	if errors.As(err, &at) {
		return fmt.Errorf("column %d: %s", at.Column+1, at.Message)
	}
	return err
}

// Value computes the clause over the names of env.
func (c Clause) Value(env map[string]any) (any, error) {
	v, err := expr.Run(c.program, env)
	if err != nil {
		return nil, fmt.Errorf("compute %q: %w", c.Text, plainError(err))
	}
	return v, nil
}

func conjuncts(n ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "and" || b.Operator == "&&") {
		return append(conjuncts(b.Left), conjuncts(b.Right)...)
	}
	return []ast.Node{n}
}

// nameVisitor collects the dotted names that an expression reads, and what it
// looks up by calling one of our functions.
type nameVisitor struct {
	names types.Map
	found map[string]bool
	calls []string
}

func (v *nameVisitor) Visit(node *ast.Node) {
	if name := dotted(*node); name != "" && isLeaf(v.names, name) {
		v.found[name] = true
	}
	switch n := (*node).(type) {
	case *ast.CallNode:
		if n.Type() != nil && n.Type().Kind() != reflect.Struct {
			v.calls = append(v.calls, n.String())
		}
	case *ast.MemberNode:
		_, ofCall := n.Node.(*ast.CallNode)
		_, index := n.Property.(*ast.IntegerNode)
		if ofCall || index {
			v.calls = append(v.calls, n.String())
		}
	}
}

// dotted is the name that a chain of members spells, or "".
func dotted(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.MemberNode:
		field, ok := n.Property.(*ast.StringNode)
		if base := dotted(n.Node); ok && base != "" {
			return base + "." + field.Value
		}
	}
	return ""
}

// isLeaf says whether name is that of a number.
func isLeaf(names types.Map, name string) bool {
	var at types.Type = names
	for part := range strings.SplitSeq(name, ".") {
		m, ok := at.(types.Map)
		if !ok {
			return false
		}
		if at, ok = m[part]; !ok {
			return false
		}
	}
	return at == types.Float64
}

// Message is a text with expressions in braces, as "you started
// {goroutines.created} goroutines".
type Message struct {
	texts  []string // one more than there are values
	values []Clause
}

var braces = regexp.MustCompile(`\{([^{}]+)\}`)

// ParseMessage compiles the expressions of a message.
func ParseMessage(text string, in Scope) (*Message, error) {
	m, at := &Message{}, 0
	for _, loc := range braces.FindAllStringSubmatchIndex(text, -1) {
		c, err := ParseValue(text[loc[2]:loc[3]], in)
		if err != nil {
			return nil, fmt.Errorf("in {%s}: %w", text[loc[2]:loc[3]], err)
		}
		m.texts, m.values = append(m.texts, text[at:loc[0]]), append(m.values, c)
		at = loc[1]
	}
	m.texts = append(m.texts, text[at:])
	return m, nil
}

// Fill writes the message with the values of env; a value that cannot be known
// is written as "unknown".
func (m *Message) Fill(env map[string]any) string {
	var b strings.Builder
	for i, c := range m.values {
		b.WriteString(m.texts[i])
		v, err := c.Value(env)
		if err != nil || v == nil {
			b.WriteString("unknown")
			continue
		}
		b.WriteString(FormatValue(v))
	}
	b.WriteString(m.texts[len(m.texts)-1])
	return b.String()
}

// FormatValue writes a value of a rule for people: numbers with as many digits
// as say something.
func FormatValue(v any) string {
	f, ok := v.(float64)
	if !ok {
		return fmt.Sprint(v)
	}
	switch {
	case f == float64(int64(f)):
		return fmt.Sprintf("%d", int64(f))
	case f >= 100 || f <= -100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10 || f <= -10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}
