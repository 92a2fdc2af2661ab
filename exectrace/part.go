package exectrace

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// The parts of the format that a part is taken apart by, from
// internal/trace/tracev2 of go1.26.
const (
	evBatch        = 1
	evStacks       = 2
	evStack        = 3
	evStrings      = 4
	evString       = 5
	evSamples      = 6
	evSample       = 7
	evExperimental = 49
	evSync         = 50
	evEnd          = 52

	maxFrames = 128
	maxString = 1 << 10
	// maxTableID is more than any id that the runtime gives: it counts from 1.
	maxTableID = 1 << 24
)

// layouts are the numbers that stand after the time of each kind of event: s is a
// stack, t a text, each by its number in the table.
var layouts = [...]string{
	evSample: "...s",
	9:        ".s", 10: "..", 11: "", 12: "...", 13: "..", 14: ".ss", 15: ".", 16: "..", 17: "", 18: "",
	19: "ts", 20: "ts", 21: "..s", 22: ".s", 23: "", 24: "", 25: "...", 26: "ts", 27: "", 28: ".",
	29: ".s", 30: ".", 31: ".", 32: "s", 33: "..", 34: ".", 35: "s", 36: "", 37: ".", 38: ".",
	39: "t", 40: "..ts", 41: ".s", 42: ".ts", 43: ".ts", 44: ".tts", 45: "..", 46: "..", 47: ".ss", 48: "...s",
}

// idSet is a set of the numbers of a table.
type idSet struct {
	bits []uint64
	n    int
}

// add says whether id is new to the set, and one that a table may have.
func (s *idSet) add(id uint64) bool {
	if id >= maxTableID {
		return false
	}
	for uint64(len(s.bits)) <= id/64 {
		s.bits = append(s.bits, 0)
	}
	before := s.bits[id/64]
	s.bits[id/64] |= 1 << (id % 64)
	if s.bits[id/64] == before {
		return false
	}
	s.n++
	return true
}

// next adds the number after the largest, and returns it.
func (s *idSet) next() uint64 {
	id := uint64(1)
	for i, word := range s.bits {
		if word != 0 {
			id = uint64(i)*64 + uint64(bits.Len64(word))
		}
	}
	s.add(id)
	return id
}

// less are the numbers that s has and t has not. 0 stands for none.
func (s *idSet) less(t *idSet) (ids []uint64) {
	for i, word := range s.bits {
		if word == 0 {
			continue
		}
		if i < len(t.bits) {
			word &^= t.bits[i]
		}
		for bit := range uint64(64) {
			if id := uint64(i)*64 + bit; word>>bit&1 == 1 && id != 0 {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// part is one part of a trace.
type part struct {
	from, to int64 // where it stands in the file
	gen      uint64
	time     uint64 // of the last batch
	batches  []rawBatch
	torn     bool   // it ends within a batch
	clock    bool   // it has what tells how long its ticks are
	fault    string // what is wrong first, a clause; "" for nothing but its end
	at       int64  // where that is

	stacks, texts      idSet // that are in the tables
	needed             idSet // texts that stacks need
	lostStacks, stackN int   // those that events need and are lost, of how many
	lostTexts, textN   int
}

func (g *part) faultAt(at int64, what string) {
	if g.fault == "" {
		g.fault, g.at = what, at
	}
}

// take adds a batch. What is not in order in a table, and what is cut off of the
// last batch, is left out; events are left as they are, for the library.
func (g *part) take(b rawBatch, cut bool) {
	good := len(b.data)
	switch {
	case b.table(evStrings):
		good = 1 + g.strings(b.data[1:])
	case b.table(evStacks):
		good = 1 + g.stackTable(b.data[1:])
	case cut:
		good = g.entries(&b, func(byte, uint64) {})
	}
	g.clock = g.clock || b.table(evSync) && !cut
	if g.torn = cut; !cut && good < len(b.data) {
		g.faultAt(b.at+int64(good), "a table of the batch at byte "+fmt.Sprint(b.at)+" is not in order")
	}
	if b.data = b.data[:good]; good > 0 {
		g.batches = append(g.batches, b)
	}
}

// strings reads entries of the table of texts, and says how many bytes of them
// are in order.
func (g *part) strings(data []byte) (good int) {
	for c := (column{data: data}); c.at < len(data); good = c.at {
		kind, _ := c.byte()
		id, ok1 := c.uint(maxTableID)
		n, ok2 := c.uint(maxString)
		if c.at += int(n); kind != evString || id == 0 || !ok1 || !ok2 || c.at > len(data) || !g.texts.add(id) {
			break
		}
	}
	return good
}

// stackTable does so for the table of stacks.
func (g *part) stackTable(data []byte) (good int) {
	for c := (column{data: data}); c.at < len(data); good = c.at {
		kind, _ := c.byte()
		id, ok1 := c.uint(maxTableID)
		n, ok2 := c.uint(maxFrames)
		if kind != evStack || id == 0 || !ok1 || !ok2 || !g.frames(c, n) || !g.stacks.add(id) {
			break
		}
		for range 4 * n {
			c.uint(1<<64 - 1)
		}
	}
	return good
}

// frames says whether n frames stand at c, and notes which texts they need: pc,
// function, file, line.
func (g *part) frames(c column, n uint64) bool {
	var need [2 * maxFrames]uint64
	for i := range n {
		_, ok1 := c.uint(1<<64 - 1)
		fn, ok2 := c.uint(maxTableID - 1)
		file, ok3 := c.uint(maxTableID - 1)
		_, ok4 := c.uint(1<<64 - 1)
		if !ok1 || !ok2 || !ok3 || !ok4 {
			return false
		}
		need[2*i], need[2*i+1] = fn, file
	}
	for _, id := range need[:2*n] {
		g.needed.add(id)
	}
	return true
}

// sound says that the tables of a part are whole.
func (g *part) sound() bool {
	if missing := g.needed.less(&g.texts); g.fault == "" && len(missing) > 0 {
		g.faultAt(g.to, fmt.Sprintf("%d names are not in the tables of the part that ends", len(missing)))
	}
	return g.fault == ""
}

// entries walks over the events of a batch, or over its samples of the CPU, and
// says how many bytes of them are in order. refer is told each s and each t.
func (g *part) entries(b *rawBatch, refer func(what byte, id uint64)) (good int) {
	if !b.isEvents() && !b.table(evSamples) {
		return len(b.data)
	}
	c := column{data: b.data}
	if b.table(evSamples) {
		c.at++
	}
	for good = c.at; c.at < len(b.data); good = c.at {
		kind, _ := c.byte()
		if int(kind) >= len(layouts) || kind < evSample || kind == evSample+1 {
			break
		}
		_, ok := c.uint(1<<64 - 1)
		var ids [4]uint64
		for i := range layouts[kind] {
			if ok {
				ids[i], ok = c.uint(1<<64 - 1)
			}
		}
		if !ok {
			break
		}
		for i := range layouts[kind] {
			refer(layouts[kind][i], ids[i])
		}
	}
	return good
}

// mend adds to the tables what events and stacks need and is lost: stacks without
// a frame, texts without a letter. It answers false where more is lost than is
// left, so that most would have no name, and where the clock is.
func (g *part) mend() bool {
	stacks, texts := idSet{}, idSet{}
	for i := range g.batches {
		b := &g.batches[i]
		good := g.entries(b, func(what byte, id uint64) {
			switch {
			case what == 's':
				stacks.add(id)
			case what == 't':
				texts.add(id)
			}
		})
		if good < len(b.data) {
			g.faultAt(b.at+int64(good), "what stands there is no event")
			b.data = b.data[:good]
		}
	}
	for _, id := range g.needed.less(&idSet{}) {
		texts.add(id)
	}
	noStack, noText := stacks.less(&g.stacks), texts.less(&g.texts)
	g.lostStacks, g.stackN, g.lostTexts, g.textN = len(noStack), stacks.n, len(noText), texts.n
	g.add(evStacks, noStack, []byte{evStack})
	g.add(evStrings, noText, []byte{evString})
	for _, id := range noText {
		g.texts.add(id)
	}
	return g.clock && g.stackN > 0 && 2*g.lostStacks <= g.stackN && 2*g.lostTexts <= g.textN
}

// add adds empty entries to a table, in batches as large as may be.
func (g *part) add(table byte, ids []uint64, entry []byte) {
	const most = 4096
	for len(ids) > 0 {
		n := min(len(ids), most)
		data := []byte{table}
		for _, id := range ids[:n] {
			data = append(binary.AppendUvarint(append(data, entry...), id), 0)
		}
		g.addTable(data)
		ids = ids[n:]
	}
}

// addTable adds a batch that holds a table.
func (g *part) addTable(data []byte) {
	top := append(binary.AppendUvarint([]byte{evBatch}, g.gen), 0) // of no thread
	g.batches = append(g.batches, rawBatch{top: binary.AppendUvarint(top, g.time), data: data})
}

// ending is how the trace ends here, or goes on with less than there was.
func (g *part) ending(mended bool) ending {
	e := ending{how: "cut", at: g.to}
	if g.fault != "" {
		e = ending{"damaged", g.fault, g.at}
	}
	lost := ""
	switch {
	case !g.clock:
	case !mended:
		lost = "the tables that name functions stand at the end of each part of a trace; those of this part are lost, and nothing is shown of it"
	case g.lostStacks+g.lostTexts > 0:
		lost = fmt.Sprintf("the tables that name functions stand at the end of each part of a trace; %d of %d stacks and %d of %d names of this part are lost, and whose goroutines those are is not known",
			g.lostStacks, g.stackN, g.lostTexts, g.textN)
	}
	if e.why != "" && lost != "" {
		lost = "; " + lost
	}
	e.why += lost
	return e
}

// marks says that all there is of the part is a mark.
func (g *part) marks() bool {
	if len(g.batches) != 1 || !g.batches[0].table(evStrings) {
		return false
	}
	return findMark(bytes.Clone(g.batches[0].data)).found
}
