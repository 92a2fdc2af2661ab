package page

import (
	"slices"
	"strings"
	"testing"

	"course/tutor/exectrace"
)

// The numbers above the bars of a histogram are not written over each other,
// however many bars there are; those of the highest bars are there.
func TestNumbersOfAHistogramHaveRoom(t *testing.T) {
	var many []exectrace.LatencyBucket
	for i := range 40 {
		many = append(many, exectrace.LatencyBucket{N: 1000 + 37*i%11})
	}
	many[20].N = 9999
	shown := roomForNumbers(many, 10)
	for i, last := 0, -9; i < len(many); i++ {
		if !shown[i] {
			continue
		}
		if 10*(i-last) < 31 {
			t.Errorf("the numbers of bars %d and %d overlap", last, i)
		}
		last = i
	}
	if !shown[20] || !slices.Contains(shown[:18], true) {
		t.Errorf("shown are %v", shown)
	}
	if few := roomForNumbers(many[:8], 50); slices.Contains(few, false) {
		t.Errorf("with room enough %v are shown", few)
	}
}

// One goroutine is one goroutine, and a bar is named when its name fits.
func TestWordsOfOneProcessor(t *testing.T) {
	one := 1.
	r := useRow(&exectrace.Metrics{Utilisation: &one, Parallelism: &one, Procs: 1})
	if r.says != "1 goroutine held a P at a time, on average" {
		t.Error(r.says)
	}
	seg := &exectrace.Segment{State: exectrace.Running, G: 108}
	for width, named := range map[int64]bool{45: false, 60: true} { // of 1000
		s := &svgLanes{span: 1000, wall: 1000, gaps: true, lanes: []traceLane{{Name: "P0", Bars: []traceBar{{End: width, N: 1, Seg: seg}}}}}
		h := s.draw()
		if strings.Contains(h, ">G108<") != named || !strings.Contains(h, `class="f-running gap"`) {
			t.Errorf("a bar of %d per mille: %s", width, h)
		}
	}
}
