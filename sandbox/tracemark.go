package sandbox

import (
	"encoding/binary"
	"fmt"
	"time"
)

// The parts of the trace format that a mark is made of and found a place for,
// from internal/trace/tracev2 of go1.26.
const (
	traceBatch   = 1
	traceStrings = 4
	traceString  = 5
	traceExp     = 49 // a batch of an experiment has one byte more before its numbers
	traceEnd     = 52
)

// TraceMark is what a trace does not tell of its run.
type TraceMark struct {
	How    string        // how it was cut, as Trace.Truncated; "" when it was not
	Status Status        // how the run ended
	Ran    time.Duration // how long that ran
	Race   bool          // under the race detector
}

// empty says that a trace tells all there is to know.
func (m TraceMark) empty() bool { return m.How == "" && !m.Race }

func (m TraceMark) String() string {
	text := fmt.Sprintf("tutor: cut=%s status=%s ran_us=%d", m.How, m.Status, m.Ran.Microseconds())
	if m.Race {
		text += " race"
	}
	return text
}

// MarkTrace adds a mark to a trace that was cut, or is of a program with the race
// detector: the file goes its own ways and nobody else can tell then. The mark is
// a table of one string, in a generation that never comes to be:
// every reader passes over it, and package exectrace finds it. A trace that is
// not made of whole generations is left as it is; it shows that it was cut.
func MarkTrace(data []byte, mark TraceMark) []byte {
	gen, whole := lastGeneration(data)
	if !whole || mark.empty() {
		return data
	}
	text := mark.String()
	table := append([]byte{traceStrings, traceString, 1}, binary.AppendUvarint(nil, uint64(len(text)))...)
	table = append(table, text...)
	out := append(data[:len(data):len(data)], traceBatch)
	for _, n := range []uint64{gen + 1, 0, 0, uint64(len(table))} {
		out = binary.AppendUvarint(out, n)
	}
	return append(out, table...)
}

// lastGeneration walks over the batches of a trace, and says whether that ends
// with the end of a generation.
func lastGeneration(data []byte) (gen uint64, whole bool) {
	at := traceHeader
	for at < len(data) {
		kind := data[at]
		at++
		whole = kind == traceEnd
		switch kind {
		case traceEnd:
			continue
		case traceExp:
			at++
		case traceBatch:
		default:
			return 0, false
		}
		var head [4]uint64 // generation, thread, time, length
		for i := range head {
			n := 0
			if head[i], n = binary.Uvarint(data[min(at, len(data)):]); n <= 0 {
				return 0, false
			}
			at += n
		}
		if head[3] > uint64(len(data)-at) {
			return 0, false
		}
		gen, at = head[0], at+int(head[3])
	}
	return gen, whole
}
