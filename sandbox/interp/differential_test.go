package interp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/sandbox/interp"
)

// leastPrograms is how many programs of the corpus must use a construct before
// it may be on the list.
const leastPrograms = 3

// TestListIsEarned counts, for all that is on the list, the programs of the
// corpus that use it and are let through: TestCorpusPrintsTheSame holds each of
// them against compiled Go.
func TestListIsEarned(t *testing.T) {
	uses := map[string]int{}
	for _, s := range letThrough(t, all(corpus(t))) {
		features, _ := interp.Survey(s.text)
		for f := range features {
			uses[f]++
		}
	}
	for _, f := range interp.Allowed() {
		if uses[f] < leastPrograms {
			t.Errorf("%q is on the list, and %d programs of the corpus that are let through use it; want at least %d", f, uses[f], leastPrograms)
		}
	}
}

func all(archives []*archive) (list []*sample) {
	for _, a := range archives {
		list = append(list, a.samples...)
	}
	return list
}

func letThrough(t testing.TB, list []*sample) (let []*sample) {
	t.Helper()
	for _, s := range list {
		if _, refusal := interp.Survey(s.text); refusal == nil {
			let = append(let, s)
		}
	}
	return let
}

// TestDocsSayTheShare holds the count in the documentation.
func TestDocsSayTheShare(t *testing.T) {
	var written, made, let, letMade int
	for _, a := range corpus(t) {
		n := len(letThrough(t, a.samples))
		if filepath.Base(a.path) == "generated.txtar" {
			made, letMade = len(a.samples), n
		} else {
			written, let = written+len(a.samples), let+n
		}
	}
	want := fmt.Sprintf("Of the %d written by hand %d are let through (%d %%), of the %d generated ones %d.", written, let, 100*let/written, made, letMade)
	text, err := os.ReadFile("../../docs/interpreter.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), want) {
		t.Errorf("docs/interpreter.md does not say: %s", want)
	}
}

// TestCorpusPrintsTheSame interprets every program of the corpus that is let
// through: whatever ends ok prints what compiled Go is recorded to print.
func TestCorpusPrintsTheSame(t *testing.T) {
	samples := all(corpus(t))
	let := letThrough(t, samples)
	ok := same(t, let)
	t.Logf("of %d programs %d are let through, and %d of them end ok", len(samples), len(let), ok)
	if ok < len(let)*9/10 {
		t.Errorf("%d of %d programs that are let through end ok; the scan should refuse the others", ok, len(let))
	}
}

// same holds what is interpreted against what is recorded, and counts the
// programs that ended ok.
func same(t testing.TB, list []*sample) (ok int) {
	t.Helper()
	for i, got := range interpreted(t, list) {
		s := list[i]
		if out, why, failed := strings.Cut(got, interp.Failed); failed {
			if !strings.HasPrefix(s.out, out) {
				t.Logf("%s printed something else before it failed", s.name) // which is thrown away
			}
			t.Logf("%s does not end ok, and would be compiled: %s", s.name, why)
			continue
		}
		ok++
		if got != s.out || s.errs != "" {
			t.Errorf("%s prints, interpreted,\n%s\nand compiled\n%s%s\nIt is\n%s", s.name, got, s.out, s.errs, s.text)
		}
	}
	return ok
}

// interpreted runs programs in one child, one after the other.
func interpreted(t testing.TB, list []*sample) []string {
	t.Helper()
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = s.text
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "__child", "batch")
	cmd.Stdin = bytes.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	got := strings.SplitAfter(string(out), interp.Mark)
	if err != nil || len(got) != len(list)+1 {
		t.Fatalf("interpret %d programs: %v after %d, %s", len(list), err, len(got)-1, &errs)
	}
	got = got[:len(list)]
	for i := range got {
		got[i] = strings.TrimSuffix(got[i], interp.Mark)
	}
	return got
}

// TestCoursePrintsTheSame compiles and interprets every listing of the course
// that is let through.
func TestCoursePrintsTheSame(t *testing.T) {
	course, err := content.Load(content.FS())
	if err != nil {
		t.Fatal(err)
	}
	var listings []*sample
	for _, chapter := range course.Chapters {
		for _, page := range chapter.Sections {
			for _, cell := range page.Cells {
				if source := cell.Source(); cell.Verb == "run" && len(source) == 1 {
					listings = append(listings, &sample{name: cell.Key, text: source[0].Content})
				}
			}
		}
	}
	let := letThrough(t, listings)
	t.Logf("of %d listings %d are let through", len(listings), len(let))
	if len(listings) == 0 {
		t.Fatal("the course has no listings")
	}
	if len(let) > 0 {
		compareWithCompiled(t, let)
	}
}

func compareWithCompiled(t testing.TB, list []*sample) {
	t.Helper()
	for chunk := range slices.Chunk(list, perBuild) {
		for s, got := range compiled(t, chunk) {
			s.out, s.errs = got.out, got.errs
		}
		same(t, chunk)
	}
}

// TestGeneratedPrintTheSame compiles and interprets programs that are not in the
// corpus; with TUTOR_TEST_ALL=1 far more of them.
func TestGeneratedPrintTheSame(t *testing.T) {
	n, seed := perBuild, uint64(1_000_000)
	if everything {
		n = 600
	}
	var list []*sample
	for ; len(list) < n; seed++ {
		list = append(list, letThrough(t, []*sample{{name: fmt.Sprint("seed", seed), text: generate(seed)}})...)
		if seed > 1_000_000+uint64(100*n) {
			t.Fatalf("of %d generated programs %d are let through", 100*n, len(list))
		}
	}
	compareWithCompiled(t, list)
}
