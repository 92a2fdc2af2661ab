package oracle

import (
	"fmt"
	"strings"
	"testing"

	"course/tutor/exectrace"
)

// measure adds several runs of every load to scores.
func measure(t *testing.T, bin string, round int, scores []score) {
	t.Helper()
	for i, l := range loads {
		for run := range *runs {
			s, err := compare(l.trace(t, bin, round**runs+run))
			if err != nil {
				t.Fatalf("%s: %v", l.name, err)
			}
			scores[i].add(s)
		}
	}
}

func sum(scores []score) (all score) {
	for _, s := range scores {
		all.add(s)
	}
	return all
}

// row is a line of the table in docs/traces.md.
func row(name string, s *score) string {
	return fmt.Sprintf("| %s | %d | %d | %.3f / %.3f | %d | %.3f / %.3f | %.3f | %.3f |", name, s.starts,
		s.truly(stolen), s.precision(exectrace.OriginStolen, stolen), s.recall(exectrace.OriginStolen, stolen),
		s.truly(global), s.precision(exectrace.OriginGlobal, global), s.recall(exectrace.OriginGlobal, global),
		share(s.right(), s.starts), s.confidence/float64(s.runs))
}

func table(scores []score, all score) string {
	out := []string{
		"| load | starts | stolen | precision / recall | from the global queue | precision / recall | accuracy | confidence |",
		"|---|--:|--:|--:|--:|--:|--:|--:|",
	}
	for i := range scores {
		out = append(out, row(loads[i].name, &scores[i]))
	}
	return strings.Join(append(out, row("**all**", &all)), "\n")
}

const (
	// overall is what precision and recall must be, of all loads together.
	overall = .98
	// rounds is how often the loads are run at most: where a few runs come out
	// below, more runs are added to them.
	rounds = 3
)

// TestTable holds the replay against the truth and prints the table of
// docs/traces.md with -v.
func TestTable(t *testing.T) {
	bin, err := build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]score, len(loads))
	var short []string
	for round := range rounds {
		measure(t, bin, round, scores)
		if short = shortcomings(scores); len(short) == 0 {
			break
		}
	}
	t.Log("\n" + table(scores, sum(scores)))
	for _, s := range short {
		t.Error(s)
	}
}

// shortcomings are where the replay is not as good as is promised.
func shortcomings(scores []score) (out []string) {
	all := sum(scores)
	for o, truly := range map[exectrace.Origin]origin{exectrace.OriginStolen: stolen, exectrace.OriginGlobal: global} {
		if p, r := all.precision(o, truly), all.recall(o, truly); p < overall || r < overall {
			out = append(out, fmt.Sprintf("%s: precision %.4f, recall %.4f; want %.2f of both", o, p, r, overall))
		}
	}
	for i := range scores {
		l, s := loads[i], &scores[i]
		out = append(out, s.below(l.name, exectrace.OriginStolen, stolen, l.stolen)...)
		out = append(out, s.below(l.name, exectrace.OriginGlobal, global, l.global)...)
	}
	return out
}

// below says where a load is below its floor.
func (s *score) below(name string, o exectrace.Origin, truly origin, floor least) []string {
	p, r := s.precision(o, truly), s.recall(o, truly)
	if p >= float64(floor) && r >= float64(floor) {
		return nil
	}
	return []string{fmt.Sprintf("%s, %s: precision %.3f, recall %.3f of %d; want %.2f of both", name, o, p, r, s.truly(truly), float64(floor))}
}

// A replay that never says stolen is short on every load with a floor for it.
// Of all starts it would be right about nine in ten.
func TestFloorsAskForThefts(t *testing.T) {
	for _, l := range loads {
		var s score
		s.starts = 1000
		s.as[exectrace.OriginLocal] = [3]int{990, 10, 0}
		if short := s.below(l.name, exectrace.OriginStolen, stolen, l.stolen); (len(short) == 0) != (l.stolen == untold) {
			t.Errorf("%s asks for thefts: %q", l.name, short)
		}
	}
}
