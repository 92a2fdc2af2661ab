package exercises

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// What a rule may decide by. Measured over 1,470 runs, quiet and under load: a
// count, a median, a share of the run's own time and CPU time never failed a
// good program; wall time, tails, utilisation and steals did in 16 to 49 runs
// of a hundred. So these are shown, and a rule that reads one is refused when
// the exercise is loaded.

// shownOnly are the names, and the groups of names, that never decide.
var shownOnly = map[string]string{
	"wall_ms":           "how long a run takes depends on what else the machine does",
	"utilisation":       "the share of the processors that a run gets depends on what else the machine does",
	"on_cpu":            "it says how busy the machine was, not what the program did",
	"latency.p95_us":    "the tail of a distribution is made by the machine; the median is the program's",
	"latency.p99_us":    "the tail of a distribution is made by the machine; the median is the program's",
	"latency.max_us":    "the greatest of many values is made by the machine; the median is the program's",
	"latency.total_ms":  "a sum is made by its greatest values, and these by the machine; the median is the program's",
	"latency.by_cause":  "it holds the tails of the distribution, which are made by the machine",
	"switches.per_s":    "it is divided by wall time, which depends on the machine; switches.total is a count",
	"steals":            "who steals from whom is chance, and inferred: the same program had between 15 and 1,270",
	"gc.assist_ms":      "it depends on when a collection begins",
	"gc.stw_ms":         "it depends on how soon the machine lets every thread stop",
	"gc.mark_ms":        "it depends on what else the machine does",
	"gc.worker_ms":      "it depends on what else the machine does",
	"goroutines.system": "it depends on the version of Go",
}

// timesOfRun are times by the clock of one run. They decide only as a share of
// another time of the same run: a load makes both longer.
var timesOfRun = []string{"call_ms", "running_ms", "runnable_ms", "waiting_ms", "syscall_ms"}

const shownFix = "count something, or compare two times of the same run: docs/exercises.md says what may decide"

// notForDeciding says why a rule may not decide, or "" when it may.
func notForDeciding(text string) string {
	tree, err := parser.Parse(text)
	if err != nil {
		return "" // told elsewhere
	}
	v := &classVisitor{}
	ast.Walk(&tree.Node, v)
	return v.why
}

// classVisitor finds the first thing that makes a rule unfit to decide.
type classVisitor struct{ why string }

func (v *classVisitor) Visit(node *ast.Node) {
	if v.why != "" {
		return
	}
	name := strings.TrimPrefix(dotted(*node), "reference.")
	if why, found := shownOnly[name]; found {
		v.why = fmt.Sprintf("%s is shown and cannot decide: %s", name, why)
		return
	}
	if n, ok := (*node).(*ast.BinaryNode); ok && isComparison(n.Operator) {
		v.why = unfair(n)
	}
}

func isComparison(op string) bool {
	return slices.Contains([]string{"<", "<=", ">", ">=", "==", "!="}, op)
}

// unit is what a number is measured in, as far as fairness goes.
type unit string

const (
	plainNumber unit = "a number"
	ownTime     unit = "a time of this run"
	otherTime   unit = "a time of the reference's run"
	cpuTime     unit = "CPU time"
	mixture     unit = "times that cannot be compared"
)

// unfair says why a comparison depends on the machine, or "".
func unfair(n *ast.BinaryNode) string {
	a, b := unitOf(n.Left), unitOf(n.Right)
	switch {
	case a == mixture || b == mixture:
	case a == cpuTime && b == cpuTime && factorOf(n) < wideGap:
		return fmt.Sprintf("%q compares CPU time of one run each, which needs a factor of %g or more; a cpu check compares pairs of runs and takes a smaller one", n.String(), wideGap)
	case a == b, a == cpuTime && b == plainNumber, a == plainNumber && b == cpuTime:
		return ""
	}
	return fmt.Sprintf("%q compares %s with %s, and how long a run takes depends on what else the machine does", n.String(), a, b)
}

// wideGap is the least factor between two CPU times of one run each: between
// runs of one program they differ by a twentieth, and on a busy machine by more.
const wideGap = 2.

// factorOf is the greatest number written in a comparison; 1 when there is none.
func factorOf(n ast.Node) float64 {
	v := &numbers{most: 1}
	ast.Walk(&n, v)
	return v.most
}

type numbers struct{ most float64 }

func (v *numbers) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IntegerNode:
		v.most = max(v.most, float64(n.Value))
	case *ast.FloatNode:
		v.most = max(v.most, n.Value)
	}
}

// unitOf infers the unit of an expression.
func unitOf(n ast.Node) unit {
	if name := dotted(n); name != "" {
		return unitOfName(name)
	}
	switch n := n.(type) {
	case *ast.UnaryNode:
		return unitOf(n.Node)
	case *ast.BinaryNode:
		return unitOfPair(n)
	case *ast.ConditionalNode:
		return same(unitOf(n.Exp1), unitOf(n.Exp2))
	case *ast.MemberNode: // of a function: waited("x").total_ms
		if field, ok := n.Property.(*ast.StringNode); ok && field.Value == "total_ms" {
			return ownTime
		}
	case *ast.BuiltinNode: // max, min, round
		return unitOfAll(n.Arguments)
	case *ast.CallNode:
		return unitOfAll(n.Arguments)
	}
	return plainNumber
}

func unitOfName(name string) unit {
	short, ofReference := strings.CutPrefix(name, "reference.")
	switch {
	case short == "cpu_ms":
		return cpuTime
	case !slices.Contains(timesOfRun, short):
		return plainNumber
	case ofReference:
		return otherTime
	}
	return ownTime
}

func unitOfAll(list []ast.Node) unit {
	if len(list) == 0 {
		return plainNumber
	}
	u := unitOf(list[0])
	for _, n := range list[1:] {
		u = same(u, unitOf(n))
	}
	return u
}

func unitOfPair(n *ast.BinaryNode) unit {
	a, b := unitOf(n.Left), unitOf(n.Right)
	switch n.Operator {
	case "+", "-", "%":
		return same(a, b)
	case "*":
		if a == plainNumber {
			return b
		}
		if b == plainNumber {
			return a
		}
		return mixture
	case "/":
		return quotient(a, b)
	}
	return plainNumber // a comparison, or a join of them
}

func quotient(a, b unit) unit {
	switch {
	case a == mixture || b == mixture:
		return mixture
	case a == b:
		return plainNumber
	case b == plainNumber:
		return a
	}
	return mixture
}

func same(a, b unit) unit {
	if a == b {
		return a
	}
	return mixture
}
