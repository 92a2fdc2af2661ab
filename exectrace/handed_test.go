package exectrace

import (
	"testing"

	"golang.org/x/exp/trace"
)

// A goroutine that wg.Go starts is called by the learner's function that it
// runs: what it shows itself, else what the others of its line show.
func TestWhatIsHandedOverNamesAGoroutine(t *testing.T) {
	const starter, literal = "sync.(*WaitGroup).Go", "sync.(*WaitGroup).Go.func1"
	const through = "main.main, through " + starter
	for what, c := range map[string]struct {
		shown []string // what G2, G3, .. are seen to run; "" for one that shows nothing
		want  []string
	}{
		"itself":  {[]string{"main.main.func1"}, []string{"main.main.func1"}},
		"others":  {[]string{"", "main.main.func1", ""}, []string{"main.main.func1", "main.main.func1", "main.main.func1"}},
		"nothing": {[]string{"", ""}, []string{through, through}},
		"several": {[]string{"main.a", "main.b", ""}, []string{"main.a", "main.b", through}},
	} {
		s := newScript(t, Options{Own: []string{"main"}})
		s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
		us := int64(10)
		for i, fn := range c.shown {
			id := trace.GoID(i + 2)
			on := ctx{int64(id), 1, 11}
			s.move(move{us: us, on: mainOn, g: id, from: notExist, to: runnable, stack: []string{literal}, at: []string{starter, "main.main"}})
			s.move(move{us: us + 10, on: idle1, g: id, from: runnable, to: goRunning})
			if fn != "" {
				s.move(move{us: us + 20, on: on, g: id, from: goRunning, to: runnable, reason: "preempted", stack: []string{"main.spin", fn, literal}})
				s.move(move{us: us + 30, on: idle1, g: id, from: runnable, to: goRunning})
			}
			end := notExist
			if i == 0 { // the first is still there at the end
				end = goWaiting
			}
			s.move(move{us: us + 40, on: on, g: id, from: goRunning, to: end})
			us += 50
		}
		tr := s.report()
		for i, want := range c.want {
			if g := tr.Goroutines[i+1]; g.Func != want {
				t.Errorf("%s: G%d is called %q, want %q", what, g.ID, g.Func, want)
			}
		}
	}
}

// One that only wakes another shows its code by that.
func TestWakingAnotherNamesAGoroutine(t *testing.T) {
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 20, on: mainOn, g: 3, from: notExist, to: runnable, stack: []string{"iter.start"}, at: []string{"iter.Pull", "main.main"}})
	s.move(move{us: 30, on: idle1, g: 2, from: runnable, to: goRunning})
	s.move(move{us: 40, on: ctx{2, 1, 11}, g: 2, from: goRunning, to: goWaiting, reason: "chan receive", stack: worker})
	s.move(move{us: 50, on: idle1, g: 3, from: runnable, to: goRunning})
	s.move(move{us: 60, on: ctx{3, 1, 11}, g: 2, from: goWaiting, to: runnable, at: []string{"main.give", "iter.start"}})
	if g := s.report().Goroutines[2]; g.ID != 3 || g.Func != "main.give" {
		t.Errorf("G%d is called %q, want main.give", g.ID, g.Func)
	}
}
