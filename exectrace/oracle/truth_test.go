package oracle

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/exp/trace"
)

// origin is where a goroutine was when a P took it.
type origin uint8

const (
	elsewhere origin = iota // neither of the other two
	stolen
	global
)

// truth is, for each goroutine of the program, where it was at each of its
// starts, in order. A start is a move from runnable to running.
type truth map[int64][]origin

// readTruth reads what the patched runtime logged. It knows of goroutines only
// what it must: when they start, and whose they are by the function at the
// bottom of the first stack that shows.
func readTruth(r io.Reader) (truth, error) {
	in, err := trace.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("read the truth: %w", err)
	}
	t, ours := truth{}, map[int64]bool{1: true}
	for {
		ev, err := in.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the truth: %w", err)
		}
		switch ev.Kind() {
		case trace.EventLog:
			if l := ev.Log(); l.Category == "queue.origin" {
				starts := t[int64(ev.Goroutine())]
				starts[len(starts)-1] = map[string]origin{"stolen": stolen, "global": global}[l.Message]
			}
		case trace.EventStateTransition:
			t.transition(ev.StateTransition(), ours)
		}
	}
	for g := range t {
		if !ours[g] {
			delete(t, g)
		}
	}
	return t, nil
}

func (t truth) transition(st trace.StateTransition, ours map[int64]bool) {
	if st.Resource.Kind != trace.ResourceGoroutine {
		return
	}
	g := int64(st.Resource.Goroutine())
	if _, told := ours[g]; !told {
		if fn := bottom(st.Stack); fn != "" {
			ours[g] = !strings.HasPrefix(fn, "runtime.") && !strings.HasPrefix(fn, "runtime/trace.")
		}
	}
	if from, to := st.Goroutine(); from == trace.GoRunnable && to == trace.GoRunning {
		t[g] = append(t[g], elsewhere)
	}
}

// bottom is the outermost function of a stack; "" when it has none.
func bottom(s trace.Stack) string {
	fn := ""
	for f := range s.Frames() {
		fn = f.Func
	}
	return fn
}
