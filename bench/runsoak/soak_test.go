package main

import (
	"errors"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// A leak and a wrong end are found, and what was done to a run excuses it only
// as far as it can.
func TestSoakJudges(t *testing.T) {
	k := kind{name: "hello", ends: []sandbox.Status{sandbox.StatusOK}}
	givenUp := []sandbox.Diagnostic{{Code: "runtime:stopped", Message: "the soak gave it up"}}
	killed := &sandbox.Result{Status: sandbox.StatusRuntimeError, Signal: "SIGKILL"}
	for _, c := range []struct {
		name   string
		act    string
		harmed bool
		r      *sandbox.Result
		err    error
		wrong  bool
	}{
		{"as it must", "nothing", false, &sandbox.Result{Status: sandbox.StatusOK}, nil, false},
		{"another end", "nothing", false, &sandbox.Result{Status: sandbox.StatusDeadlock}, nil, true},
		{"given up", "given up at an event", false, &sandbox.Result{Status: sandbox.StatusKilled, Diagnostics: givenUp}, nil, false},
		{"given up, without a word", "given up at an event", false, &sandbox.Result{Status: sandbox.StatusKilled}, nil, true},
		{"killed by nobody", "nothing", false, &sandbox.Result{Status: sandbox.StatusKilled, Diagnostics: givenUp}, nil, true},
		{"killed from outside", "nothing", true, killed, nil, false},
		{"so it says", "nothing", false, killed, nil, true},
		{"the machine", "nothing", true, nil, &sandbox.MachineError{Says: "x"}, false},
		{"no machine", "nothing", false, nil, &sandbox.MachineError{Says: "x"}, true},
		{"a fault of ours", "nothing", true, nil, errors.New("x"), true},
	} {
		s := newSoak(options{})
		s.judge(k, c.act, c.harmed, c.r, c.err)
		if (len(s.wrong) > 0) != c.wrong {
			t.Errorf("%s: %v", c.name, s.wrong)
		}
	}
}

func TestSoakSeesWhatIsLeft(t *testing.T) {
	before := count(t.TempDir())
	if list := more(before, before); len(list) > 0 {
		t.Errorf("nothing was left, and it says %v", list)
	}
	for _, c := range counted {
		after := map[string]int{}
		for name, n := range before {
			after[name] = n
		}
		after[c.name] += c.slack + 1
		if list := more(before, after); len(list) != 1 || !strings.HasPrefix(list[0], c.name) {
			t.Errorf("one more of %s: %v", c.name, list)
		}
	}
}
