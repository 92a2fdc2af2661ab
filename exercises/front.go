package exercises

import (
	"fmt"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"time"

	"course/tutor/sandbox"
)

var (
	exerciseID = regexp.MustCompile(`^[0-9]{2}-[0-9]{2}$`)
	itemID     = regexp.MustCompile(`^[a-z0-9-]+$`)
)

// readFront reads the front matter into ex. It is false when there is not
// even a mapping.
func (ex *Exercise) readFront(m *matter, text string) bool {
	t := m.parse(text, "id", "title", "chapter", "minutes", "package", "main", "files", "imports",
		"limits", "policy", "unsealed", "questions", "checks")
	if t == nil {
		return false
	}
	t.need("id", "title", "chapter", "package", "files", "checks")
	ex.ID, ex.Title, ex.Chapter = t.str("id", ""), t.str("title", ""), t.str("chapter", "")
	ex.Package, ex.Main = t.str("package", ""), t.boolean("main")
	ex.Minutes, ex.Unsealed = t.integer("minutes", 0), t.boolean("unsealed")
	ex.checkNames(t)
	ex.readFiles(t)
	ex.readImports(t)
	ex.readLimits(t)
	ex.readPolicy(t)
	ex.readQuestions(t)
	ex.readChecks(t)
	return true
}

func (ex *Exercise) checkNames(t *table) {
	if t.has("id") && !exerciseID.MatchString(ex.ID) {
		t.wrong("id", fmt.Sprintf("cannot be %q", ex.ID), `write it as "03-01": chapter, dash, number`)
	}
	if t.has("id") && !strings.HasPrefix(ex.Dir, ex.ID) {
		t.wrong("id", fmt.Sprintf("%q does not fit the folder %s", ex.ID, ex.Dir), "let the folder's name begin with the id")
	}
	if t.has("package") && !token.IsIdentifier(ex.Package) {
		t.wrong("package", fmt.Sprintf("cannot be %q", ex.Package), "it is the name in the learner's package clause")
	}
	if ex.Main && ex.Package != "main" {
		t.wrong("main", "is true, but the package is "+ex.Package, "write package: main")
	}
}

func (ex *Exercise) readFiles(top *table) {
	if !top.has("files") {
		return
	}
	t := top.m.table(top.value["files"], "files", "edit", "show")
	if t == nil {
		return
	}
	ex.Edit, ex.Show = t.strs("edit"), t.strs("show")
	if len(ex.Edit) == 0 {
		t.m.add(t.line, "files: edit names no file", "name the file that the learner writes")
	}
	for _, key := range []string{"edit", "show"} {
		for _, name := range t.strs(key) {
			if why := badGoName(name); why != "" {
				t.wrong(key, fmt.Sprintf("cannot name %q: %s", name, why), "")
			}
		}
	}
}

// badGoName says why name cannot be that of a learner's source file.
func badGoName(name string) string {
	switch {
	case strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, "."):
		return "it must be a plain file name"
	case !strings.HasSuffix(name, ".go"):
		return "it must end in .go"
	case strings.HasSuffix(name, "_test.go"):
		return "tests are never built with a submission"
	}
	return ""
}

func (ex *Exercise) readImports(top *table) {
	if !top.has("imports") {
		return
	}
	if t := top.m.table(top.value["imports"], "imports", "allow", "deny"); t != nil {
		ex.Allow, ex.Deny = t.strs("allow"), t.strs("deny")
	}
}

func (ex *Exercise) readLimits(top *table) {
	ex.Limits = Limits{Wall: 10 * time.Second, CPU: 8 * time.Second, Memory: 256 << 20, Output: 256 << 10, Procs: 2}
	if !top.has("limits") {
		return
	}
	t := top.m.table(top.value["limits"], "limits", "wall", "cpu", "memory", "procs", "output")
	if t == nil {
		return
	}
	l := &ex.Limits
	l.Wall, l.CPU = t.duration("wall", l.Wall), t.duration("cpu", l.CPU)
	l.Memory, l.Output = t.size("memory", l.Memory), t.size("output", l.Output)
	asked := sandbox.Limits{Wall: l.Wall, CPU: l.CPU, Memory: l.Memory, Output: l.Output}
	if name, why := asked.Outside(); why != "" {
		t.wrong(name, "can't be had: "+why, "")
	}
	if l.Procs = t.integer("procs", l.Procs); l.Procs < 1 || l.Procs > 64 {
		t.wrong("procs", "must be between 1 and 64", "")
	}
}

func (ex *Exercise) readPolicy(top *table) {
	ex.Policy = Policy{Attempts: "unlimited", Solution: "pass"}
	if !top.has("policy") {
		return
	}
	t := top.m.table(top.value["policy"], "policy", "attempts", "solution")
	if t == nil {
		return
	}
	ex.Policy = Policy{Attempts: t.str("attempts", "unlimited"), Solution: t.str("solution", "pass")}
	if ex.Policy.Attempts != "unlimited" && !countAboveZero(ex.Policy.Attempts) {
		t.wrong("attempts", fmt.Sprintf("cannot be %q", ex.Policy.Attempts), "write unlimited or a number above 0")
	}
	s := ex.Policy.Solution
	n, counted := strings.CutPrefix(s, "attempts:")
	if s != "always" && s != "pass" && s != "due" && !(counted && countAboveZero(n)) {
		t.wrong("solution", fmt.Sprintf("cannot be %q", s), "write always, pass, attempts:N or due")
	}
}

func countAboveZero(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0
}

func (ex *Exercise) readQuestions(top *table) {
	seen := map[string]bool{}
	for _, n := range top.items("questions") {
		t := top.m.table(n, "question", "id", "prompt", "kind", "choices", "from", "tolerance")
		if t == nil {
			continue
		}
		t.need("id", "prompt", "kind", "from")
		q := Question{ID: t.str("id", ""), Prompt: t.str("prompt", ""), Choices: t.strs("choices"),
			From: t.str("from", ""), Tolerance: t.str("tolerance", ""), Line: t.line}
		q.Kind = t.oneOf("kind", "text", "number", "choice", "text")
		q.check(t, seen)
		seen[q.ID] = true
		ex.Questions = append(ex.Questions, q)
	}
}

func (q Question) check(t *table, seen map[string]bool) {
	if !itemID.MatchString(q.ID) || seen[q.ID] {
		t.wrong("id", fmt.Sprintf("cannot be %q", q.ID), "small letters, digits and dashes, and each only once")
	}
	if (q.Kind == "choice") != (len(q.Choices) > 0) {
		t.wrong("choices", "do not fit the kind", "a choice has two or more, other kinds have none")
	}
	if q.Tolerance == "" {
		return
	}
	if _, err := ParseTolerance(q.Tolerance); err != nil || q.Kind != "number" {
		t.wrong("tolerance", fmt.Sprintf("cannot be %q", q.Tolerance), `only a number has one; write it as "10%" or "2"`)
	}
}

// Tolerance is how far a number may be off: by a share of it or by a distance.
type Tolerance struct {
	Share    float64 // 0.1 for "10%"
	Distance float64
}

// ParseTolerance reads "10%" or "2"; the empty text allows nothing.
func ParseTolerance(text string) (Tolerance, error) {
	if text == "" {
		return Tolerance{}, nil
	}
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || v < 0 {
		return Tolerance{}, fmt.Errorf("read tolerance %q: not a number or a percentage", text)
	}
	if percent {
		return Tolerance{Share: v / 100}, nil
	}
	return Tolerance{Distance: v}, nil
}

// Holds says whether got is near enough to want.
func (t Tolerance) Holds(got, want float64) bool {
	off, allowed := got-want, want*t.Share
	return max(off, -off) <= max(allowed, -allowed)+t.Distance+1e-9
}
