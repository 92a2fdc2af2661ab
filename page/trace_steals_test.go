package page

import (
	"slices"
	"strings"
	"testing"

	"course/tutor/exectrace"
)

// Every start that was stolen is marked above its P, alone or with others that
// share its place, and the first ones are listed in order; of a trace in which
// the replay tells of no steal there is nothing.
func TestStolenStartsAreMarkedAndListed(t *testing.T) {
	for _, name := range []string{"unbounded", "mutex", "sleepers", "pingpong"} {
		tr := recordedTrace(t, name, exectrace.Options{})
		want := *tr.Metrics.Steals.Stolen
		marked, shared := 0, 0
		p := newPicture(tr, panelRows, panelBars, panelMost)
		for _, l := range p.lanes.Ps {
			for i, m := range l.Steals {
				marked += m.N
				if i > 0 && m.At < l.Steals[i-1].At {
					t.Errorf("%s: the marks of %s are not in order", name, l.Name)
				}
				if m.N > 1 {
					shared++
				}
			}
		}
		h := panelOf(t, &TraceView{ID: "t1", Trace: tr})
		if marked != want || strings.Contains(h, `href="#steal"`) != (want > 0) || strings.Contains(h, "#sw-steal") != (want > 0) ||
			strings.Contains(h, "Stolen starts (inferred)") != (want > 0) || strings.Contains(h, `dx="5"`) != (shared > 0) {
			t.Errorf("%s: %d of %d stolen starts are marked, %d marks are of several; or the panel does not say so", name, marked, want, shared)
		}
		race := panelOf(t, &TraceView{ID: "t1", Trace: recordedTrace(t, name, exectrace.Options{Race: true})})
		if strings.Contains(race, "#steal") || strings.Contains(race, "tolen start") {
			t.Errorf("%s: steals are shown though the replay tells nothing", name)
		}
	}
	tr := recordedTrace(t, "unbounded", exectrace.Options{})
	steals := &stolenStarts{t: tr, most: 3}
	var all []exectrace.Segment
	for s := range tr.Segments() {
		steals.Segment(&s)
		if s.Origin == exectrace.OriginStolen {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b exectrace.Segment) int { return int(a.Start - b.Start) })
	tab := steals.table()
	if len(tab.rows) != 3 || !strings.HasPrefix(tab.foot, thousands(int64(len(all)-3))+" more are not listed.") {
		t.Fatalf("%d rows, foot %q", len(tab.rows), tab.foot)
	}
	for i, row := range tab.rows {
		if row[0] != span(float64(all[i].Start)) || row[1] != laneName("G", all[i].G) || row[3] != laneName("P", all[i].P) {
			t.Errorf("row %d is %v, want %+v", i, row, all[i])
		}
	}
}
