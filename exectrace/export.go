package exectrace

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// The groups of tracks of an export.
const (
	trackProcs = 1 + iota
	trackGoroutines
	trackThreads
)

// exported is one event of the Trace Event format, as Perfetto and
// chrome://tracing read it. Times are µs.
type exported struct {
	Name  string         `json:"name"`
	Phase string         `json:"ph"`
	TS    float64        `json:"ts"`
	Dur   *float64       `json:"dur,omitempty"`
	PID   int            `json:"pid"`
	TID   int64          `json:"tid"`
	ID    int64          `json:"id,omitempty"`
	Bind  string         `json:"bp,omitempty"`
	Cat   string         `json:"cat,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// exporter writes events one by one, so that a large trace needs no memory.
type exporter struct {
	w     *bufio.Writer
	err   error
	any   bool
	flows int64
}

func (x *exporter) put(e exported) {
	if x.err != nil {
		return
	}
	data, err := json.Marshal(e)
	if err != nil {
		x.err = err
		return
	}
	if x.any {
		_, _ = x.w.WriteString(",\n")
	}
	x.any = true
	_, x.err = x.w.Write(data) // a bufio.Writer keeps its error
}

// WriteTraceEvents writes the timeline in the Trace Event format (JSON), which
// other viewers read: a track for each P, goroutine and thread, and a flow from
// who made a goroutine ready to where it became so.
func (t *Trace) WriteTraceEvents(w io.Writer) error {
	x := &exporter{w: bufio.NewWriter(w)}
	_, _ = x.w.WriteString(`{"displayTimeUnit":"ns","traceEvents":[` + "\n")
	t.exportNames(x)
	for s := range t.Segments() {
		t.exportSegment(x, &s)
	}
	for _, sp := range t.STW {
		x.put(exported{Name: "stop the world: " + sp.Name, Phase: "X", TS: us(sp.Start), Dur: new(us(sp.End - sp.Start)), PID: trackProcs, TID: -1})
	}
	d := t.decoder()
	for i := range t.Blocks() {
		if err := t.exportWakes(x, d, i); err != nil {
			return err
		}
	}
	_, _ = x.w.WriteString("\n]}\n")
	if err := x.w.Flush(); x.err == nil {
		x.err = err
	}
	if x.err != nil {
		return fmt.Errorf("export trace: %w", x.err)
	}
	return nil
}

func us(ns int64) float64 { return float64(ns) / 1e3 }

// exportNames names the tracks.
func (t *Trace) exportNames(x *exporter) {
	for pid, name := range map[int]string{trackProcs: "Processors", trackGoroutines: "Goroutines", trackThreads: "Threads"} {
		x.put(exported{Name: "process_name", Phase: "M", PID: pid, Args: map[string]any{"name": name}})
		x.put(exported{Name: "process_sort_index", Phase: "M", PID: pid, Args: map[string]any{"sort_index": pid}})
	}
	for p := range t.Procs {
		x.put(exported{Name: "thread_name", Phase: "M", PID: trackProcs, TID: int64(p), Args: map[string]any{"name": "P" + strconv.Itoa(p)}})
	}
	for i := range t.Goroutines {
		g := &t.Goroutines[i]
		x.put(exported{Name: "thread_name", Phase: "M", PID: trackGoroutines, TID: g.ID, Args: map[string]any{"name": g.title()}})
	}
	for _, m := range t.tl.threads {
		x.put(exported{Name: "thread_name", Phase: "M", PID: trackThreads, TID: m, Args: map[string]any{"name": "thread " + strconv.FormatInt(m, 10)}})
	}
}

func (g *Goroutine) title() string { return "G" + strconv.FormatInt(g.ID, 10) + " " + g.Func }

func (t *Trace) exportSegment(x *exporter, s *Segment) {
	e := exported{Name: s.State.String(), Phase: "X", TS: us(s.Start), Dur: new(us(s.End - s.Start)), PID: trackGoroutines, TID: s.G, Args: map[string]any{}}
	if s.Reason != "" {
		e.Args["reason"] = s.Reason
	}
	if s.At.Line > 0 {
		e.Args["line"] = s.At.File + ":" + strconv.Itoa(s.At.Line)
	}
	if s.Origin != OriginUnknown && t.TellsOrigins() {
		e.Args["taken from (inferred)"] = s.Origin.String()
	}
	x.put(e)
	e.Name = t.Goroutines[s.Row].title()
	if s.State != Running {
		e.Name += ", " + s.State.String()
	}
	if s.P != none {
		e.PID, e.TID = trackProcs, s.P
		x.put(e)
	}
	if s.P != none && s.M != none {
		e.PID, e.TID = trackThreads, s.M
		x.put(e)
	}
}

// exportWakes writes the flows of block i.
func (t *Trace) exportWakes(x *exporter, d *decoder, i int) error {
	events, wakes, err := d.block(i)
	if err != nil {
		return fmt.Errorf("export trace: %w", err)
	}
	for _, w := range wakes {
		e := &events[w.event]
		x.flows++
		at := us(e.at * tickNS)
		x.put(exported{Name: "made ready", Cat: "wake", Phase: "s", TS: at, PID: trackGoroutines, TID: t.Goroutines[w.row].ID, ID: x.flows})
		x.put(exported{Name: "made ready", Cat: "wake", Phase: "f", Bind: "e", TS: at, PID: trackGoroutines, TID: t.Goroutines[e.row].ID, ID: x.flows})
	}
	return nil
}
