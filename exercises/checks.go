package exercises

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// kindKeys are the keys of each kind of check besides those of all checks.
var kindKeys = map[string][]string{
	"build":   {},
	"io":      {"cases", "judge", "compare"},
	"call":    {"func", "cases", "gen", "judge", "compare", "rule", "all_or_nothing"},
	"trace":   {"call", "args", "gen", "n", "rule", "runs", "compare"},
	"cpu":     {"call", "gen", "rule", "runs", "compare"},
	"predict": {"question"},
}

var commonKeys = []string{"id", "title", "kind", "points", "hint", "needs", "visible", "message"}

func kinds() []string { return []string{"build", "io", "call", "trace", "cpu", "predict"} }

func (ex *Exercise) readChecks(top *table) {
	for _, n := range top.items("checks") {
		if c, ok := ex.readCheck(top.m, n); ok {
			ex.Checks = append(ex.Checks, c)
		}
	}
	if top.has("checks") && len(ex.Checks) == 0 {
		top.wrong("checks", "name no check", "an exercise needs one or more")
	}
	ex.checkRules(top.m)
}

func (ex *Exercise) readCheck(m *matter, n ast.Node) (Check, bool) {
	kind := kindOf(n)
	keys, known := kindKeys[kind]
	if !known {
		m.add(m.line(n), fmt.Sprintf("a check cannot be of kind %q", kind), suggest(kind, kinds()))
		return Check{}, false
	}
	t := m.table(n, fmt.Sprintf("%s check", kind), slices.Concat(commonKeys, keys)...)
	t.need("id", "title")
	c := Check{ID: t.str("id", ""), Title: t.str("title", ""), Kind: kind, Line: t.line,
		Points: t.integer("points", 0), Hint: t.str("hint", ""), Needs: t.strs("needs"), Message: t.str("message", ""),
		Visible: t.oneOf("visible", "always", "always", "after_due", "instructor")}
	ex.checkCommon(t, c)
	switch kind {
	case "io":
		c.readIO(t, ex)
	case "call":
		c.readCall(t)
	case "trace":
		c.readTrace(t)
	case "cpu":
		c.readCPU(t)
	case "predict":
		c.readPredict(t, ex)
	}
	return c, true
}

func kindOf(n ast.Node) string {
	pairs, _ := mapping(n)
	for _, pair := range pairs {
		if keyText(pair) == "kind" {
			return strings.TrimSpace(pair.Value.String())
		}
	}
	return ""
}

func (ex *Exercise) checkCommon(t *table, c Check) {
	if !itemID.MatchString(c.ID) {
		t.wrong("id", fmt.Sprintf("cannot be %q", c.ID), "small letters, digits and dashes")
	}
	if c.Points < 0 {
		t.wrong("points", "cannot be below 0", "0 shows a check without scoring it")
	}
	if _, taken := ex.Check(c.ID); taken {
		t.wrong("id", fmt.Sprintf("%q is that of another check", c.ID), "give each check an id of its own")
	}
	for _, need := range c.Needs {
		if _, found := ex.Check(need); !found {
			t.wrong("needs", fmt.Sprintf("names %q, and no check above has that id", need), suggest(need, ex.checkIDs()))
		}
	}
}

// Check finds a check by its id.
func (ex *Exercise) Check(id string) (Check, bool) {
	for _, c := range ex.Checks {
		if c.ID == id {
			return c, true
		}
	}
	return Check{}, false
}

// Question finds a question by its id.
func (ex *Exercise) Question(id string) (Question, bool) {
	for _, q := range ex.Questions {
		if q.ID == id {
			return q, true
		}
	}
	return Question{}, false
}

func (ex *Exercise) checkIDs() []string {
	var ids []string
	for _, c := range ex.Checks {
		ids = append(ids, c.ID)
	}
	return ids
}

// MaxPoints is the sum of the points of all checks.
func (ex *Exercise) MaxPoints() int {
	sum := 0
	for _, c := range ex.Checks {
		sum += c.Points
	}
	return sum
}

func (c *Check) readIO(t *table, ex *Exercise) {
	if !ex.Main {
		t.m.add(t.line, "an io check needs a learner who writes package main", "write main: true, or make it a call check")
	}
	c.Compare = t.oneOf("compare", "exact", "exact", "lines", "unordered", "match")
	c.Judge = t.boolean("judge")
	for _, n := range t.items("cases") {
		ct := t.m.table(n, "case", "stdin", "args", "stdout", "exit")
		if ct == nil {
			continue
		}
		c.Cases = append(c.Cases, Case{Stdin: ct.str("stdin", ""), Args: ct.strs("args"), Stdout: ct.str("stdout", ""),
			Exit: ct.integer("exit", 0), HasOwn: ct.has("stdout")})
	}
	c.source(t, "cases", "judge")
}

func (c *Check) readCall(t *table) {
	c.Judge, c.AllOrNo = t.boolean("judge"), t.boolean("all_or_nothing")
	c.Func, c.Rule = t.str("func", ""), t.str("rule", "")
	c.readCompare(t, "rule")
	c.Gen = readGen(t)
	for _, n := range t.items("cases") {
		ct := t.m.table(n, "case", "args", "want")
		if ct == nil {
			continue
		}
		one := Case{Params: ct.values("args"), HasOwn: ct.has("want")}
		if one.HasOwn {
			one.Want = ct.json("want", ct.value["want"])
		}
		c.Cases = append(c.Cases, one)
	}
	if !c.Judge {
		t.need("func")
	}
	c.source(t, "cases", "gen", "judge")
}

// source reports a check with no source of cases. Cases and gen may go
// together; a judge makes its own.
func (c *Check) source(t *table, keys ...string) {
	have := slices.ContainsFunc(keys, t.has)
	if !have {
		t.m.add(t.line, fmt.Sprintf("check %s has nothing to try", c.ID), "add one of "+list(keys))
	}
	if c.Judge && (t.has("cases") || t.has("gen")) {
		t.wrong("judge", "makes the cases itself", "drop cases and gen, or drop judge")
	}
}

func (c *Check) readCompare(t *table, more ...string) {
	c.Compare = t.str("compare", "equal")
	number, approx := strings.CutPrefix(c.Compare, "approx:")
	if approx {
		if tol, err := ParseTolerance(number); err != nil || tol.Distance <= 0 {
			t.wrong("compare", fmt.Sprintf("cannot be %q", c.Compare), `write it as "approx:0.001"`)
		}
		return
	}
	c.Compare = t.oneOf("compare", "equal", append([]string{"equal", "unordered", "none"}, more...)...)
	if (c.Compare == "rule") != (c.Rule != "") && c.Kind == "call" {
		t.wrong("rule", "goes with compare: rule", "write both or none")
	}
}

func (c *Check) readTrace(t *table) {
	t.need("call", "rule")
	c.Call, c.Rule = t.str("call", ""), t.str("rule", "")
	c.N, c.Runs = t.integer("n", 0), t.integer("runs", 1)
	c.Args, c.Gen = t.values("args"), readGen(t)
	c.readCompare(t)
	if c.Runs < 1 || c.Runs > 9 {
		t.wrong("runs", "must be between 1 and 9", "")
	}
	if t.has("args") && c.Gen != nil {
		t.wrong("gen", "goes without args", "drop one of them")
	}
}

func (c *Check) readPredict(t *table, ex *Exercise) {
	t.need("question", "needs")
	c.Question = t.str("question", "")
	if _, found := ex.Question(c.Question); !found && t.has("question") {
		var ids []string
		for _, q := range ex.Questions {
			ids = append(ids, q.ID)
		}
		t.wrong("question", fmt.Sprintf("%q is asked nowhere", c.Question), suggest(c.Question, ids))
	}
	if c.tracedNeed(ex) == "" {
		t.wrong("needs", "names no trace check", "name the check whose trace the question is about")
	}
}

// tracedNeed is the first trace check that c needs: its trace is the one that
// a question is about.
func (c *Check) tracedNeed(ex *Exercise) string {
	for _, id := range c.Needs {
		if need, _ := ex.Check(id); need.Kind == "trace" {
			return id
		}
	}
	return ""
}

var genTypes = []string{"int", "bool", "string", "ints"}

func readGen(t *table) *Gen {
	if !t.has("gen") {
		return nil
	}
	gt := t.m.table(t.value["gen"], "gen", "n", "args")
	if gt == nil {
		return nil
	}
	g := &Gen{N: gt.integer("n", 1)}
	if g.N < 1 || g.N > 1000 {
		gt.wrong("n", "must be between 1 and 1000", "")
	}
	for _, n := range gt.items("args") {
		at := t.m.table(n, "generated argument", "type", "min", "max", "len")
		if at == nil {
			continue
		}
		a := GenArg{Type: at.oneOf("type", "int", genTypes...), Min: at.integer("min", 0), Max: at.integer("max", 100), Len: at.integer("len", 8)}
		if a.Max < a.Min || a.Len < 0 || a.Len > 4096 {
			at.wrong("max", "is below min, or len is not between 0 and 4096", "")
		}
		g.Args = append(g.Args, a)
	}
	return g
}
