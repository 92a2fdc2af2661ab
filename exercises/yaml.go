package exercises

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// matter reads one YAML document and tells every mistake with its line, where
// a decoder into structs would stop at the first.
type matter struct {
	file   string
	offset int // lines above the document in file
	probs  *problems
}

// table is a YAML mapping whose keys are known.
type table struct {
	m     *matter
	line  int
	what  string // "check cpu-sum", for messages
	value map[string]ast.Node
	lines map[string]int
}

func (m *matter) add(line int, message, fix string) {
	m.probs.add(m.file, line, "front-matter", message, fix)
}

func (m *matter) line(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return m.offset + 1
	}
	return n.GetToken().Position.Line + m.offset
}

// parse reads text and answers with its top mapping, or nil.
func (m *matter) parse(text string, keys ...string) *table {
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		m.syntax(err)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		m.add(m.offset+1, "the front matter is empty", "begin with id:, title:, files: and checks:")
		return nil
	}
	return m.table(file.Docs[0].Body, "the front matter", keys...)
}

func (m *matter) syntax(err error) {
	line, message := m.offset+1, err.Error()
	var at yaml.Error
	if errors.As(err, &at) {
		message = at.GetMessage()
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			line = tk.Position.Line + m.offset
		}
	}
	m.add(line, "this is not YAML: "+message, "check the indentation and the quotes")
}

// table reads a mapping and reports keys that are not among the known.
func (m *matter) table(n ast.Node, what string, keys ...string) *table {
	t := &table{m: m, line: m.line(n), what: what, value: map[string]ast.Node{}, lines: map[string]int{}}
	pairs, ok := mapping(n)
	if !ok {
		m.add(t.line, what+" must be a mapping of keys to values", "write it as key: value")
		return nil
	}
	if len(pairs) > 0 {
		t.line = m.line(pairs[0].Key)
	}
	for _, pair := range pairs {
		key := keyText(pair)
		t.lines[key] = m.line(pair.Key)
		if !slices.Contains(keys, key) {
			m.add(t.lines[key], fmt.Sprintf("%s has no key %q", what, key), suggest(key, keys))
			continue
		}
		t.value[key] = pair.Value
	}
	return t
}

func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func keyText(pair *ast.MappingValueNode) string {
	if s, ok := pair.Key.(*ast.StringNode); ok {
		return s.Value
	}
	return pair.Key.String()
}

func (t *table) has(key string) bool { return t != nil && t.value[key] != nil }

func (t *table) lineOf(key string) int {
	if line, ok := t.lines[key]; ok {
		return line
	}
	return t.line
}

func (t *table) wrong(key, message, fix string) {
	t.m.add(t.lineOf(key), fmt.Sprintf("%s: %s %s", t.what, key, message), fix)
}

// need reports keys that must be there.
func (t *table) need(keys ...string) {
	for _, key := range keys {
		if !t.has(key) {
			t.m.add(t.line, fmt.Sprintf("%s needs %s", t.what, key), "add "+key+":")
		}
	}
}

func (t *table) str(key, otherwise string) string {
	if !t.has(key) {
		return otherwise
	}
	switch n := t.value[key].(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case ast.ScalarNode:
		return strings.TrimSpace(n.String())
	}
	t.wrong(key, "must be text", "")
	return otherwise
}

func (t *table) integer(key string, otherwise int) int {
	if !t.has(key) {
		return otherwise
	}
	n, err := strconv.Atoi(t.str(key, ""))
	if err != nil {
		t.wrong(key, "must be a whole number", "")
		return otherwise
	}
	return n
}

func (t *table) boolean(key string) bool {
	if !t.has(key) {
		return false
	}
	b, ok := t.value[key].(*ast.BoolNode)
	if !ok {
		t.wrong(key, "must be true or false", "")
		return false
	}
	return b.Value
}

func (t *table) duration(key string, otherwise time.Duration) time.Duration {
	if !t.has(key) {
		return otherwise
	}
	d, err := time.ParseDuration(t.str(key, ""))
	if err != nil || d <= 0 {
		t.wrong(key, "must be a duration above 0", `write it as "10s" or "300ms"`)
		return otherwise
	}
	return d
}

func (t *table) size(key string, otherwise int64) int64 {
	if !t.has(key) {
		return otherwise
	}
	n, err := parseSize(t.str(key, ""))
	if err != nil {
		t.wrong(key, "must be a size above 0", `write it as "256MiB" or "64KiB"`)
		return otherwise
	}
	return n
}

// parseSize reads a number of bytes with an optional unit.
func parseSize(text string) (int64, error) {
	number, unit := strings.TrimSpace(text), int64(1)
	for suffix, n := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if s, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = strings.TrimSpace(s), n
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 40)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("read size %q: not a number of bytes above 0", text)
	}
	return n * unit, nil
}

// items are the entries of a list; a single scalar is no list.
func (t *table) items(key string) []ast.Node {
	if !t.has(key) {
		return nil
	}
	seq, ok := t.value[key].(*ast.SequenceNode)
	if !ok {
		t.wrong(key, "must be a list", "write it as ["+"...]")
		return nil
	}
	return seq.Values
}

func (t *table) strs(key string) []string {
	var out []string
	for _, n := range t.items(key) {
		switch n := n.(type) {
		case *ast.StringNode:
			out = append(out, n.Value)
		case ast.ScalarNode:
			out = append(out, strings.TrimSpace(n.String()))
		default:
			t.wrong(key, "must be a list of words", "")
		}
	}
	return out
}

// oneOf reads a word that must be one of known.
func (t *table) oneOf(key, otherwise string, known ...string) string {
	word := t.str(key, otherwise)
	if slices.Contains(known, word) {
		return word
	}
	t.wrong(key, fmt.Sprintf("cannot be %q", word), suggest(word, known))
	return otherwise
}

// values reads a list of JSON values.
func (t *table) values(key string) []any {
	out := []any{}
	for _, n := range t.items(key) {
		out = append(out, t.json(key, n))
	}
	return out
}

// json turns a node into what encoding/json would have made of it.
func (t *table) json(key string, n ast.Node) any {
	var v any
	if err := yaml.NodeToValue(n, &v); err != nil {
		t.wrong(key, "holds a value that cannot be read", err.Error())
		return nil
	}
	plain, err := plainJSON(v)
	if err != nil {
		t.wrong(key, "holds a value that JSON does not have", err.Error())
	}
	return plain
}
