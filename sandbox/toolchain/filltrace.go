package toolchain

import (
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"

	"course/tutor/sandbox"
)

// fillTraces hands over what the program sent through its harness.
func (s *stage) fillTraces(t *sandbox.Trace) {
	if s.part.Trace {
		s.fillTrace(t)
		s.fillEnd(t)
		s.fillLeaks(t)
	}
	for i, own := range t.Own {
		if len(own.Data) > 0 {
			s.hand(sandbox.Artifact{Name: ownName(own.Name, i), Kind: "trace-file", ID: newID(), Data: s.marked(own.Data, "", 0)})
		}
	}
}

func (s *stage) hand(a sandbox.Artifact) {
	a.Bytes = len(a.Data)
	s.result.Artifacts = append(s.result.Artifacts, a)
}

// fillTrace hands over the trace of the run, if the program lived to write
// any: the runtime writes it out once a second and when it ends.
func (s *stage) fillTrace(t *sandbox.Trace) {
	info := &sandbox.TraceInfo{ID: newID()}
	s.result.Trace = info
	if t.Truncated != "" {
		info.Truncated = &t.Truncated
	}
	if len(t.Data) == 0 {
		info.ID, info.Problem = "", noTrace(t.Truncated, s.result.Status)
		return
	}
	s.hand(sandbox.Artifact{Name: "trace", Kind: "trace", ID: info.ID, Data: s.marked(t.Data, t.Truncated, s.result.Usage.Wall())})
}

// marked is a trace with what must be known of it wherever the file goes.
func (s *stage) marked(trace []byte, how string, ran time.Duration) []byte {
	return sandbox.MarkTrace(trace, sandbox.TraceMark{How: how, Status: s.result.Status, Ran: ran, Race: s.race})
}

// noTrace says why a run left no trace.
func noTrace(how string, status sandbox.Status) string {
	switch {
	case how == "cap":
		return "The trace outgrew its limit before any of it could be kept: there is too much going on at once."
	case how == "stopped":
		return "The program stopped the tracer of the runtime itself, before any of the trace was written."
	case status == sandbox.StatusMemoryLimit:
		return stopped("it had used up the memory that it may use")
	case status == sandbox.StatusOutputLimit:
		return stopped("it had printed all that it may print")
	case status == sandbox.StatusTimeLimit:
		return stopped("its time was up")
	case status == sandbox.StatusKilled:
		return stopped("it was asked to")
	}
	return "The program ended before any of its trace was written."
}

func stopped(why string) string {
	return "The program was stopped because " + why + ", before any of its trace was written: the runtime writes it out once a second and at the end. Let it do less, and the trace is there."
}

// fillEnd hands over the end of a trace that its limit has cut.
func (s *stage) fillEnd(t *sandbox.Trace) {
	if len(t.Late) == 0 {
		return
	}
	data := s.marked(t.Late, t.LateTruncated, 0) // of which it is the last part, and not the first
	end := &sandbox.TraceEnd{ID: newID(), Bytes: len(data), Missing: t.Missing}
	end.Says = "The trace was cut at its limit, and its last part was kept apart, as a flight recorder does. "
	if t.Missing > 0 {
		end.Says += fmt.Sprintf("Between the two, %.1f MiB of trace were dropped. ", float64(t.Missing)/(1<<20))
	}
	end.Says += "Only whole parts of a trace can be dropped, so what is kept can be smaller or larger than asked for: " +
		"the MaxBytes of Go's own flight recorder is no limit either."
	s.result.Trace.End = end
	s.hand(sandbox.Artifact{Name: "trace-end", Kind: "trace-end", ID: end.ID, Data: data})
}

// fillLeaks hands over what the garbage collector knows of leaks, of programs
// that were asked for it.
func (s *stage) fillLeaks(t *sandbox.Trace) {
	if !s.leaks {
		return
	}
	s.result.Trace.Leaks = t.LeakProfile(s.result.Status)
	if s.result.Trace.Leaks.N > 0 {
		s.hand(sandbox.Artifact{Name: "goroutineleak", Kind: "leaks", ID: newID(), Data: t.Leaks})
	}
}

// ownName is what a trace of the program's own is called: the last part of the
// name of its file, as far as it can be shown.
func ownName(name string, i int) string {
	name = path.Base(strings.ToValidUTF8(name, "\uFFFD"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	switch name {
	case ".", "/", "stdout", "stderr":
		return fmt.Sprintf("trace %d of the program's own", i+1)
	}
	return name
}
