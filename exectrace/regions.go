package exectrace

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"strings"

	"golang.org/x/exp/trace"
)

// The library gives up a part of a trace where a region is ended before one that
// was begun after it, as go tool trace does. That is a mistake in the program,
// and no reason to show nothing of its run. So the library is handed logs in
// place of regions, and what these mean is worked out here.
//
// regionMark is the category of such logs, with what follows below. A program
// can't know it.
var regionMark = "region " + rand.Text()

const (
	markBegin = " begin"
	markEnd   = " end"
)

// regionOf says whether a log stands for the beginning or the end of a region,
// whose name is the log's message.
func regionOf(l trace.Log) (end, ok bool) {
	switch l.Category {
	case regionMark + markBegin:
		return false, true
	case regionMark + markEnd:
		return true, true
	}
	return false, false
}

// MisplacedRegions says which regions were not ended as they must be; "" when
// all were. Their names are the program's: they are quoted, and cut where they
// are long.
func MisplacedRegions(regions []NamedTime) string {
	const most, longest = 5, 80 // names, and bytes of one
	var list []string
	for _, r := range regions {
		name := strconv.Quote(clip(r.Name, longest))
		switch {
		case r.Misplaced == 1:
			list = append(list, name+" (once)")
		case r.Misplaced > 1:
			list = append(list, name+" ("+grouped(r.Misplaced)+" times)")
		}
	}
	if list == nil {
		return ""
	}
	if left := len(list) - most; left > 0 {
		list = append(list[:most], grouped(left)+" more")
	}
	return "A region is ended by the goroutine that began it, and before it all that it began in between. That was not so with " +
		strings.Join(list, ", ") + ": go tool trace refuses such a trace."
}

const (
	evRegionBegin = 42
	evRegionEnd   = 43
	evLog         = 44
)

// regionsAsLogs turns the regions of a part into logs.
func (g *part) regionsAsLogs() {
	first := true
	var begin, end uint64
	var out []rawBatch
	for i := range g.batches {
		b := &g.batches[i]
		if !b.hasRegion() {
			out = append(out, *b)
			continue
		}
		if first {
			begin, end = g.texts.next(), g.texts.next()
			first = false
		}
		out = append(out, b.regionsAsLogs(begin, end)...)
	}
	if first {
		return
	}
	g.batches = out
	data := []byte{evStrings}
	for id, text := range map[uint64]string{begin: regionMark + markBegin, end: regionMark + markEnd} {
		data = binary.AppendUvarint(append(data, evString), id)
		data = append(binary.AppendUvarint(data, uint64(len(text))), text...)
	}
	g.addTable(data)
}

// isEvents says that a batch holds events, and not a table.
func (b *rawBatch) isEvents() bool {
	return b.top[0] == evBatch && len(b.data) > 0 && !b.table(evStrings) && !b.table(evStacks) && !b.table(evSync) && !b.table(evSamples)
}

// hasRegion says whether there is a region among the events of a batch. It looks
// at each event of a trace, and so at as little of it as may be.
func (b *rawBatch) hasRegion() bool {
	if !b.isEvents() {
		return false
	}
	for at := 0; at < len(b.data); {
		kind := b.data[at]
		if kind == evRegionBegin || kind == evRegionEnd {
			return true
		}
		if at = skipEvent(b.data, at); at < 0 {
			return false // what is wrong with it is for the library to say
		}
	}
	return false
}

// skipEvent is where the event after the one at a place begins; -1 where there is
// none that is whole.
func skipEvent(data []byte, at int) int {
	kind := int(data[at])
	if kind >= len(layouts) || kind <= evSample+1 {
		return -1
	}
	at++
	for left := 1 + len(layouts[kind]); left > 0; at++ {
		if at >= len(data) {
			return -1
		}
		if data[at] < 0x80 {
			left--
		}
	}
	return at
}

// regionsAsLogs is the batch with logs for its regions, in several where they
// don't fit into one.
func (b *rawBatch) regionsAsLogs(begin, end uint64) (out []rawBatch) {
	const room = maxBatch - 64 // an event with what is added to it takes less
	head, time, ok := b.head()
	if !ok {
		return []rawBatch{*b}
	}
	now := rawBatch{top: b.top, at: b.at}
	for at := 0; at < len(b.data); {
		next := skipEvent(b.data, at)
		if next < 0 { // the rest is as it was
			next = len(b.data)
		}
		if len(now.data)+next-at > room && len(now.data) > 0 {
			out = append(out, now)
			now = rawBatch{top: binary.AppendUvarint(append([]byte(nil), head...), time), at: b.at + int64(at)}
		}
		now.data = appendAsLog(now.data, b.data[at:next], begin, end)
		passed, _ := binary.Uvarint(b.data[min(at+1, len(b.data)):])
		time += passed
		at = next
	}
	return append(out, now)
}

// head is what stands before the time of a batch, and that time.
func (b *rawBatch) head() (before []byte, time uint64, ok bool) {
	c := column{data: b.top, at: 1}
	_, ok1 := c.uint(1<<64 - 1) // the part
	_, ok2 := c.uint(1<<64 - 1) // the thread
	at := c.at
	time, ok3 := c.uint(1<<64 - 1)
	return b.top[:at], time, ok1 && ok2 && ok3 && c.at == len(b.top)
}

// appendAsLog adds an event, and for a region (time, task, name, stack) the log
// (time, task, category, message, stack).
func appendAsLog(out, event []byte, begin, end uint64) []byte {
	mark := begin
	switch event[0] {
	case evRegionEnd:
		mark = end
	case evRegionBegin:
	default:
		return append(out, event...)
	}
	c := column{data: event, at: 1}
	_, _ = c.uint(1<<64 - 1) // time
	_, _ = c.uint(1<<64 - 1) // task
	out = append(append(out, evLog), event[1:c.at]...)
	return append(binary.AppendUvarint(out, mark), event[c.at:]...)
}
