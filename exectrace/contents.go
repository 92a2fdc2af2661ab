package exectrace

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// timelineMagic begins a container.
const timelineMagic = "tut1"

// The kinds of section of a container.
const (
	sectionContents = 1 + iota
	sectionBlock
	sectionWakes
)

// contents is the table of contents of a timeline: docs/timeline.md.
type contents struct {
	Version    int              `json:"version"`
	Go         string           `json:"go"`
	TickNS     int              `json:"tick_ns"`
	Ticks      int64            `json:"ticks"`
	Procs      int              `json:"procs"`
	Threads    []int64          `json:"threads"`
	Funcs      []string         `json:"funcs"`
	Files      []string         `json:"files"`
	Frames     [][4]int         `json:"frames"`
	Stacks     [][]uint32       `json:"stacks"`
	Reasons    []string         `json:"reasons"`
	Goroutines goroutineColumns `json:"goroutines"`
	Spans      []contentsSpan   `json:"spans"`
	Notes      []contentsNote   `json:"notes"`
	Curves     []contentsCurve  `json:"curves"`
	Blocks     []contentsBlock  `json:"blocks"`
	Cut        cutOf            `json:"cut"`
	// NoOrigins says that the replay of the run queues tells nothing of this
	// trace: the origins in its blocks are not to be shown.
	NoOrigins bool `json:"no_origins,omitempty"`
}

type cutOf struct {
	Reason string `json:"reason,omitempty"`
	cutCounts
}

type goroutineColumns struct {
	ID      []int64 `json:"id"`
	Func    []int   `json:"func"`
	By      []int   `json:"by"`
	At      []int   `json:"at"`
	Created []int64 `json:"created"`
	Ended   []int64 `json:"ended"`
	Flags   []int   `json:"flags"`
}

// Flags of a goroutine.
const (
	flagSystem  = 1
	flagBefore  = 2
	flagBlocked = 4
)

type contentsSpan struct {
	Kind string `json:"kind"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
	Name string `json:"name"`
}

type contentsNote struct {
	Kind string `json:"kind"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
	Name string `json:"name"`
	G    int    `json:"g"`
	Text string `json:"text,omitempty"`
	Task uint64 `json:"task,omitempty"`
}

type contentsCurve struct {
	Name string    `json:"name"`
	Unit string    `json:"unit"`
	Tick int64     `json:"tick"`
	Max  []float64 `json:"max"`
	Mean []float64 `json:"mean"`
}

type contentsBlock struct {
	From      int64 `json:"from"`
	To        int64 `json:"to"`
	Events    int   `json:"events"`
	Bytes     int   `json:"bytes"`
	WakeBytes int   `json:"wake_bytes"`
}

// Blocks is how many blocks of events the timeline has: at least one.
func (t *Trace) Blocks() int { return len(t.tl.blocks) }

// WriteTimeline writes what a page needs first, as docs/timeline.md says: the
// table of contents and block 0.
func (t *Trace) WriteTimeline(w io.Writer) error {
	toc, err := t.packContents()
	if err != nil {
		return err
	}
	return writeSections(w, section{sectionContents, toc}, section{sectionBlock, t.tl.blocks[0].Events})
}

// WriteBlock writes block i of 0..Blocks()-1 alone.
func (t *Trace) WriteBlock(w io.Writer, i int) error {
	return writeSections(w, section{sectionBlock, t.tl.blocks[i].Events})
}

// WriteWakes writes the wake-ups of block i of 0..Blocks()-1.
func (t *Trace) WriteWakes(w io.Writer, i int) error {
	return writeSections(w, section{sectionWakes, t.tl.blocks[i].Wakes})
}

// WriteWhole writes the whole timeline as one container.
func (t *Trace) WriteWhole(w io.Writer) error {
	toc, err := t.packContents()
	if err != nil {
		return err
	}
	list := []section{{sectionContents, toc}}
	for _, bl := range t.tl.blocks {
		list = append(list, section{sectionBlock, bl.Events}, section{sectionWakes, bl.Wakes})
	}
	return writeSections(w, list...)
}

type section struct {
	kind byte
	data []byte
}

func writeSections(w io.Writer, list ...section) error {
	if _, err := io.WriteString(w, timelineMagic); err != nil {
		return fmt.Errorf("write timeline: %w", err)
	}
	for _, s := range list {
		head := binary.LittleEndian.AppendUint32([]byte{s.kind}, uint32(len(s.data)))
		if _, err := w.Write(append(head, s.data...)); err != nil {
			return fmt.Errorf("write timeline: %w", err)
		}
	}
	return nil
}

// manyGoroutines is from when on their list is packed in less time and more
// bytes: who waits for 200,000 of them waits for this.
const manyGoroutines = 1 << 14

func (t *Trace) packContents() ([]byte, error) {
	var out bytes.Buffer
	level := gzip.DefaultCompression
	if len(t.Goroutines) > manyGoroutines {
		level = gzip.BestSpeed
	}
	z, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		return nil, fmt.Errorf("encode timeline: %w", err)
	}
	if err := json.NewEncoder(z).Encode(t.contents()); err != nil {
		return nil, fmt.Errorf("encode timeline: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("encode timeline: %w", err)
	}
	return out.Bytes(), nil
}

func (t *Trace) contents() *contents {
	tl := &t.tl
	c := &contents{
		Version: 1, Go: t.GoVersion, TickNS: tickNS, Ticks: t.ticks(), Procs: t.Procs, Threads: list(tl.threads),
		Stacks: tl.stacks, Reasons: tl.reasons, Spans: []contentsSpan{}, Notes: []contentsNote{}, Curves: []contentsCurve{},
		Cut: cutOf{cutCounts: tl.cut}, NoOrigins: !t.TellsOrigins(),
	}
	if how := t.Metrics.Truncated; how != nil {
		c.Cut.Reason = *how
	}
	names := contentsNames{c: c, funcs: map[string]uint32{}, files: map[string]uint32{}, frames: map[Frame]int{}}
	for i, f := range tl.frames {
		names.frame(i, f, tl.own[i])
	}
	t.goroutineColumns(&c.Goroutines, &names)
	for _, s := range t.STW {
		c.Spans = append(c.Spans, contentsSpan{"stw", s.Start / tickNS, s.End / tickNS, s.Name})
	}
	for _, s := range t.Marks {
		c.Spans = append(c.Spans, contentsSpan{"gc", s.Start / tickNS, s.End / tickNS, s.Name})
	}
	for _, n := range t.Notes {
		c.Notes = append(c.Notes, contentsNote{n.Kind, n.Start / tickNS, n.End / tickNS, n.Name, n.Row, n.Text, n.Task})
	}
	for _, cv := range t.Curves {
		c.Curves = append(c.Curves, contentsCurve{cv.Name, cv.Unit, cv.Width / tickNS, list(cv.Max), list(cv.Mean)})
	}
	for _, b := range tl.blocks {
		c.Blocks = append(c.Blocks, contentsBlock{b.From, b.To, b.N, len(b.Events), len(b.Wakes)})
	}
	return c
}

// contentsNames numbers the names of functions and files.
type contentsNames struct {
	c            *contents
	funcs, files map[string]uint32
	frames       map[Frame]int
}

func (n *contentsNames) fn(name string) int {
	return int(number(n.funcs, &n.c.Funcs, name))
}

func (n *contentsNames) frame(i int, f Frame, own bool) {
	row := [4]int{n.fn(f.Func), int(number(n.files, &n.c.Files, f.File)), f.Line, 0}
	if own {
		row[3] = 1
	}
	n.c.Frames = append(n.c.Frames, row)
	n.frames[f] = i
}

func (t *Trace) goroutineColumns(c *goroutineColumns, names *contentsNames) {
	*c = goroutineColumns{ID: []int64{}, Func: []int{}, By: []int{}, At: []int{}, Created: []int64{}, Ended: []int64{}, Flags: []int{}}
	rows := make(map[int64]int, len(t.Goroutines))
	whole := t.Metrics.Leaks != nil // the end of the trace is that of the program
	for i := range t.Goroutines {
		g := &t.Goroutines[i]
		rows[g.ID] = i + 1
		c.ID = append(c.ID, g.ID)
		c.Func = append(c.Func, names.fn(g.Func))
		c.By = append(c.By, rows[g.CreatedBy])
		c.At = append(c.At, names.frames[g.CreatedAt])
		c.Created = append(c.Created, g.Created/tickNS)
		ended := int64(none)
		if g.Ended >= 0 {
			ended = g.Ended / tickNS
		}
		c.Ended = append(c.Ended, ended)
		c.Flags = append(c.Flags, g.flags(whole))
	}
}

func (g *Goroutine) flags(whole bool) int {
	f := 0
	if g.System {
		f |= flagSystem
	}
	if g.Existed {
		f |= flagBefore
	}
	if whole && g.Blocked() {
		f |= flagBlocked
	}
	return f
}

// TimelineBytes is how much memory the encoded timeline takes.
func (t *Trace) TimelineBytes() int {
	n := 0
	for _, b := range t.tl.blocks {
		n += len(b.Events) + len(b.Wakes)
	}
	return n
}
