package exectrace

import (
	"regexp"
	"strconv"
	"time"
)

// maxMark is more than a mark is long.
const maxMark = 160

// markText is what a mark says, at the very end of a trace: docs/harness.md.
var markText = regexp.MustCompile(`tutor: cut=(cap|idle|killed|stopped|) status=([a-z_]{1,20}) ran_us=([0-9]{1,15})( race)?$`)

// Run is what whoever ran a program knows of the run, and its trace does not.
type Run struct {
	Status string        // how it ended, as a Result has it; "" when that is not known
	Wall   time.Duration // how long the program ran; 0 when that is not known
}

// mark is what whoever ran a program has written behind its trace.
type mark struct {
	found bool
	how   string // as Metrics.Truncated; "" when it was not cut
	run   Run
	race  bool // as Options.Race
}

// over says that the program did nothing after the end of an idle trace.
func (m *mark) over() bool { return m.run.Status == "deadlock" }

// findMark reads the mark at the end of tail; it is empty where there is none.
func findMark(tail []byte) mark {
	found := markText.FindSubmatch(tail)
	if found == nil {
		return mark{}
	}
	us, _ := strconv.ParseInt(string(found[3]), 10, 64) // 15 digits fit
	return mark{true, string(found[1]), Run{string(found[2]), time.Duration(us) * time.Microsecond}, len(found[4]) > 0}
}

// lastBytes are the last bytes of what is read, as many as a mark may take.
type lastBytes struct{ data []byte }

func (l *lastBytes) add(p []byte) {
	p = p[max(0, len(p)-maxMark):]
	keep := min(len(l.data), maxMark-len(p))
	l.data = append(l.data[:copy(l.data, l.data[len(l.data)-keep:])], p...)
}
