// Package storetest holds the behaviour that every store must show, as one
// suite that each store's own test runs. It owns no rows and no rules.
package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"course/tutor/learner"
	"course/tutor/sandbox"
)

// Run runs the suite. Open is called once for every test and gives an empty
// store; reopen closes it and opens the same one again.
func Run(t *testing.T, open func(t *testing.T) (s learner.Store, reopen func() learner.Store)) {
	for name, test := range map[string]func(*testing.T, learner.Store){
		"no draft":                     noDraft,
		"a draft is kept as typed":     asTyped,
		"versions count up":            versions,
		"same text again":              sameText,
		"two tabs":                     twoTabs,
		"reset and undo":               resetAndUndo,
		"reset in another tab":         resetElsewhere,
		"numbers are not used twice":   noReuse,
		"drafts do not mix":            apart,
		"history is bounded":           bounded,
		"conflicts survive typing":     conflictsSurvive,
		"many writers":                 manyWriters,
		"progress goes forward":        progress,
		"progress of sections":         sections,
		"answers belong to the draft":  answers,
		"input belongs to the draft":   input,
		"the starter is remembered":    starter,
		"unknown draft has no history": noHistory,
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			test(t, s)
		})
	}
	t.Run("all is there after opening again", func(t *testing.T) { reopened(t, open) })
}

func noDraft(t *testing.T, s learner.Store) {
	if _, found, err := s.Draft(t.Context(), "cell:a/b"); err != nil || found {
		t.Fatalf("Draft = found %v, %v; want none", found, err)
	}
	if err := s.DeleteDraft(t.Context(), "cell:a/b"); err != nil {
		t.Errorf("DeleteDraft of none: %v", err)
	}
}

func asTyped(t *testing.T, s learner.Store) {
	text := "package main\r\n\n\t// ünï 世界 \u2028 <script> \x00\x7f"
	d := draft("cell:a/b", text)
	d.Files = append(d.Files, sandbox.File{Name: "empty.go"})
	put(t, s, d, 0)
	if got := get(t, s, "cell:a/b"); !slices.Equal(got.Files, d.Files) {
		t.Errorf("Files = %q, want %q", got.Files, d.Files)
	}
}

func versions(t *testing.T, s learner.Store) {
	for i := range 5 {
		saved := put(t, s, draft("exercise:03-01", fmt.Sprint("text ", i)), i)
		if saved.Version != i+1 || saved.Updated.IsZero() {
			t.Fatalf("saved = version %d at %v, want version %d and a time", saved.Version, saved.Updated, i+1)
		}
	}
	got := get(t, s, "exercise:03-01")
	if got.Version != 5 || text(got) != "text 4" {
		t.Errorf("stored = version %d, %q; want 5, text 4", got.Version, text(got))
	}
	wantHistory(t, s, "exercise:03-01", "replaced text 3", "replaced text 2", "replaced text 1", "replaced text 0")
}

// sameText is a save whose answer was lost and that is sent again.
func sameText(t *testing.T, s learner.Store) {
	put(t, s, draft("cell:a/b", "one"), 0)
	put(t, s, draft("cell:a/b", "two"), 1)
	if again := put(t, s, draft("cell:a/b", "two"), 1); again.Version != 2 {
		t.Errorf("version = %d, want 2", again.Version)
	}
	wantHistory(t, s, "cell:a/b", "replaced one")
}

func twoTabs(t *testing.T, s learner.Store) {
	put(t, s, draft("cell:a/b", "start"), 0)
	put(t, s, draft("cell:a/b", "first tab"), 1)
	other, err := s.PutDraft(t.Context(), draft("cell:a/b", "second tab"), 1)
	if !errors.Is(err, learner.ErrConflict) {
		t.Fatalf("err = %v, want ErrConflict", err)
	}
	if other.Version != 2 || text(other) != "first tab" {
		t.Errorf("other = version %d, %q; want the stored one", other.Version, text(other))
	}
	if got := get(t, s, "cell:a/b"); text(got) != "first tab" {
		t.Errorf("stored = %q: a conflict changed it", text(got))
	}
	put(t, s, draft("cell:a/b", "second tab"), other.Version)
	wantHistory(t, s, "cell:a/b", "replaced first tab", "conflict second tab", "conflict first tab", "replaced start")
}

func resetAndUndo(t *testing.T, s learner.Store) {
	put(t, s, draft("cell:a/b", "mine"), 0)
	remove(t, s, "cell:a/b")
	if _, found, err := s.Draft(t.Context(), "cell:a/b"); err != nil || found {
		t.Fatalf("Draft = found %v, %v; want none", found, err)
	}
	wantHistory(t, s, "cell:a/b", "deleted mine")
	kept, err := s.History(t.Context(), "cell:a/b")
	if err != nil {
		t.Fatal(err)
	}
	if back := put(t, s, kept[0].Draft, 0); text(back) != "mine" {
		t.Errorf("brought back %q", text(back))
	}
}

func resetElsewhere(t *testing.T, s learner.Store) {
	put(t, s, draft("cell:a/b", "mine"), 0)
	remove(t, s, "cell:a/b")
	other, err := s.PutDraft(t.Context(), draft("cell:a/b", "mine and more"), 1)
	if !errors.Is(err, learner.ErrConflict) || other.Version != 0 || len(other.Files) != 0 {
		t.Fatalf("PutDraft = %+v, %v; want a conflict with nothing", other, err)
	}
	wantHistory(t, s, "cell:a/b", "conflict mine and more", "deleted mine")
}

// noReuse holds that a tab that saw version 1 before a reset does not save
// over the version 1 that would come after it.
func noReuse(t *testing.T, s learner.Store) {
	put(t, s, draft("cell:a/b", "old"), 0)
	remove(t, s, "cell:a/b")
	if d := put(t, s, draft("cell:a/b", "new"), 0); d.Version < 2 {
		t.Errorf("version after a reset = %d, want more than before it", d.Version)
	}
	if _, err := s.PutDraft(t.Context(), draft("cell:a/b", "old tab"), 1); !errors.Is(err, learner.ErrConflict) {
		t.Errorf("err = %v, want ErrConflict", err)
	}
}

func apart(t *testing.T, s learner.Store) {
	put(t, s, draft("cell:a/b", "b"), 0)
	put(t, s, draft("cell:a/c", "c"), 0)
	remove(t, s, "cell:a/c")
	if got := get(t, s, "cell:a/b"); text(got) != "b" {
		t.Errorf("stored = %q", text(got))
	}
	wantHistory(t, s, "cell:a/b")
}

func bounded(t *testing.T, s learner.Store) {
	for i := range 150 {
		put(t, s, draft("cell:a/b", fmt.Sprint(i)), i)
	}
	kept, err := s.History(t.Context(), "cell:a/b")
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) < 20 || len(kept) > 100 {
		t.Errorf("%d versions kept, want 20 to 100", len(kept))
	}
	for i := range 20 {
		if want := fmt.Sprint(148 - i); text(kept[i].Draft) != want {
			t.Errorf("version %d of the history = %q, want %q", i, text(kept[i].Draft), want)
		}
	}
}

func conflictsSurvive(t *testing.T, s learner.Store) {
	put(t, s, draft("cell:a/b", "0"), 0)
	if _, err := s.PutDraft(t.Context(), draft("cell:a/b", "lost side"), 7); !errors.Is(err, learner.ErrConflict) {
		t.Fatal(err)
	}
	for i := range 60 {
		put(t, s, draft("cell:a/b", fmt.Sprint(i+1)), i+1)
	}
	kept, err := s.History(t.Context(), "cell:a/b")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(kept, func(k learner.Kept) bool { return text(k.Draft) == "lost side" && k.Why == learner.Conflict }) {
		t.Errorf("the side that lost is gone after 60 more versions")
	}
}

// manyWriters lets ten tabs save at once: each either got its number or was
// told, and every text is somewhere.
func manyWriters(t *testing.T, s learner.Store) {
	const tabs, saves = 10, 5
	var wg sync.WaitGroup
	for tab := range tabs {
		wg.Go(func() {
			base := 0
			for i := range saves {
				d, err := s.PutDraft(t.Context(), draft("cell:a/b", fmt.Sprintf("tab %d save %d", tab, i)), base)
				if err != nil && !errors.Is(err, learner.ErrConflict) {
					t.Error(err)
				}
				base = d.Version
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{text(get(t, s, "cell:a/b")): true}
	kept, err := s.History(t.Context(), "cell:a/b")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kept {
		seen[text(k.Draft)] = true
	}
	for tab := range tabs {
		if last := fmt.Sprintf("tab %d save %d", tab, saves-1); !seen[last] {
			t.Errorf("%q is lost", last)
		}
	}
}

func progress(t *testing.T, s learner.Store) {
	steps := []struct {
		state  learner.State
		points int
		want   learner.State
		best   int
	}{
		{learner.Tried, 3, learner.Tried, 3},
		{learner.Tried, 1, learner.Tried, 3},
		{learner.Passed, 10, learner.Passed, 10},
		{learner.Tried, 4, learner.Passed, 10},
		{learner.Untouched, 0, learner.Passed, 10},
	}
	for i, step := range steps {
		set(t, s, learner.Progress{Key: "exercise:03-01", State: step.state, Points: step.points, MaxPoints: 10, Attempts: 1})
		all, err := s.Progress(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := all["exercise:03-01"]
		if p.State != step.want || p.Points != step.best || p.MaxPoints != 10 || p.Attempts != i+1 || p.Updated.IsZero() {
			t.Errorf("after step %d: %+v, want %s with %d points and %d attempts", i, p, step.want, step.best, i+1)
		}
	}
}

func sections(t *testing.T, s learner.Store) {
	set(t, s, learner.Progress{Key: "section:a/b", State: learner.Tried})
	set(t, s, learner.Progress{Key: "section:a/b", State: learner.Read})
	set(t, s, learner.Progress{Key: "section:a/c", State: learner.Tried})
	set(t, s, learner.Progress{Key: "section:a/b", State: learner.Tried})
	all, err := s.Progress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all["section:a/b"].State != learner.Read || all["section:a/c"].State != learner.Tried {
		t.Errorf("Progress = %+v", all)
	}
}

func answers(t *testing.T, s learner.Store) {
	d := draft("exercise:03-01", "same text")
	put(t, s, d, 0)
	d.Answers = map[string]string{"peak": "512", "who": "“main”"}
	if saved := put(t, s, d, 1); saved.Version != 2 {
		t.Errorf("version = %d: other answers are another version", saved.Version)
	}
	if got := get(t, s, d.Key); !maps.Equal(got.Answers, d.Answers) {
		t.Errorf("Answers = %v, want %v", got.Answers, d.Answers)
	}
}

// What a program is run with is part of the text, and goes to the history with
// it.
func input(t *testing.T, s learner.Store) {
	d := draft("cell:a/b", "same text")
	put(t, s, d, 0)
	d.Input = &learner.Input{Args: "-n 'two words'", Stdin: "1\n2"}
	if saved := put(t, s, d, 1); saved.Version != 2 {
		t.Errorf("version = %d: another input is another version", saved.Version)
	}
	if got := get(t, s, d.Key); got.Input == nil || *got.Input != *d.Input {
		t.Errorf("Input = %+v, want %+v", got.Input, d.Input)
	}
	if saved := put(t, s, d, 2); saved.Version != 2 {
		t.Errorf("version = %d for what is stored already", saved.Version)
	}
	put(t, s, draft("cell:a/b", "same text"), 2)
	if got := get(t, s, d.Key); got.Input != nil {
		t.Errorf("Input = %+v after a save without any", got.Input)
	}
	kept, err := s.History(t.Context(), d.Key)
	if err != nil || len(kept) == 0 || kept[0].Input == nil || *kept[0].Input != *d.Input {
		t.Errorf("history = %+v, %v; want the input first", kept, err)
	}
}

func starter(t *testing.T, s learner.Store) {
	text1, text2 := draft("", "author 1").Files, draft("", "author 2").Files
	d := draft("cell:a/b", "one")
	d.Starter = text1
	put(t, s, d, 0)
	put(t, s, draft("cell:a/b", "two"), 1)
	if got := get(t, s, "cell:a/b"); !slices.Equal(got.Starter, text1) {
		t.Errorf("Starter = %q after a save that names none, want the first", got.Starter)
	}
	d = draft("cell:a/b", "two")
	d.Starter = text2
	put(t, s, d, 2)
	if got := get(t, s, "cell:a/b"); !slices.Equal(got.Starter, text2) {
		t.Errorf("Starter = %q; the learner has seen the new one", got.Starter)
	}
	remove(t, s, "cell:a/b")
	put(t, s, draft("cell:a/b", "three"), 0)
	if got := get(t, s, "cell:a/b"); len(got.Starter) != 0 {
		t.Errorf("Starter = %q after a reset, want none", got.Starter)
	}
}

func noHistory(t *testing.T, s learner.Store) {
	wantHistory(t, s, "cell:never/seen")
}

func reopened(t *testing.T, open func(*testing.T) (learner.Store, func() learner.Store)) {
	s, reopen := open(t)
	put(t, s, draft("cell:a/b", "one"), 0)
	put(t, s, draft("cell:a/b", "two"), 1)
	set(t, s, learner.Progress{Key: "section:a/b", State: learner.Read})
	s = reopen()
	if got := get(t, s, "cell:a/b"); text(got) != "two" || got.Version != 2 {
		t.Errorf("stored = version %d, %q", got.Version, text(got))
	}
	wantHistory(t, s, "cell:a/b", "replaced one")
	all, err := s.Progress(t.Context())
	if err != nil || all["section:a/b"].State != learner.Read {
		t.Errorf("Progress = %v, %v", all, err)
	}
}

func draft(key, text string) learner.Draft {
	return learner.Draft{Key: key, Files: []sandbox.File{{Name: "main.go", Content: text}}}
}

func text(d learner.Draft) string {
	if len(d.Files) == 0 {
		return ""
	}
	return d.Files[0].Content
}

func put(t *testing.T, s learner.Store, d learner.Draft, base int) learner.Draft {
	t.Helper()
	saved, err := s.PutDraft(t.Context(), d, base)
	if err != nil {
		t.Fatalf("PutDraft over version %d: %v", base, err)
	}
	return saved
}

func get(t *testing.T, s learner.Store, key string) learner.Draft {
	t.Helper()
	d, found, err := s.Draft(t.Context(), key)
	if err != nil || !found {
		t.Fatalf("Draft %s = found %v, %v", key, found, err)
	}
	return d
}

func remove(t *testing.T, s learner.Store, key string) {
	t.Helper()
	if err := s.DeleteDraft(t.Context(), key); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, s learner.Store, p learner.Progress) {
	t.Helper()
	if err := s.SetProgress(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// wantHistory compares the history, newest first, each as "WHY TEXT".
func wantHistory(t *testing.T, s learner.Store, key string, want ...string) {
	t.Helper()
	kept, err := s.History(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, k := range kept {
		got = append(got, string(k.Why)+" "+text(k.Draft))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("history = %q, want %q", got, want)
	}
}
