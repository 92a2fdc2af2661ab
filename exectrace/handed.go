package exectrace

import (
	"cmp"
	"strings"
)

// handed names goroutines that a function of somebody else's starts to run one
// of the learner's, as (*WaitGroup).Go does. Such a goroutine begins in a
// function literal of the starter's, and shows what it runs only in a stack:
// when it waits, or is preempted. One that never does is called as the others
// that were started so at the same line.
type handed map[handedAt]string

// handedAt is the function literal and the line of the learner's.
type handedAt struct {
	literal string
	line    place
}

// several stands for lines at which more than one function was handed over.
const several = "\x00"

// started is told of each stack of a goroutine that was handed over, until one
// shows the learner's code.
func (h handed) started(g *gstate, s *stackInfo) {
	if s.at == 0 {
		at := handedAt{s.name, g.created}
		if _, ok := h[at]; !ok {
			h[at] = ""
		}
		return
	}
	at := handedAt{cmp.Or(g.func_, s.entry), g.created}
	if name := h[at]; name != "" && name != s.name {
		h[at] = several
	} else {
		h[at] = s.name
	}
}

// name is what to call a goroutine of which a trace shows no more than at. maker
// is the learner's function of that line.
func (h handed) name(at handedAt, maker string) (string, bool) {
	name, ok := h[at]
	if !ok || maker == "" {
		return "", false
	}
	if name != "" && name != several {
		return name, true
	}
	starter, _, _ := strings.Cut(at.literal, ".func")
	return maker + ", through " + starter, true
}

// nameHanded names those that showed no code of the learner's, when all has been
// read.
func (b *builder) nameHanded() {
	if len(b.handed) == 0 {
		return
	}
	for _, g := range b.gs.by {
		if !g.handed || g.named {
			continue
		}
		if name, ok := b.handed.name(handedAt{g.func_, g.created}, b.stacks.frame(g.created).Func); ok {
			g.func_ = name
		}
	}
	// Those that have ended are known by their records only.
	type made struct {
		literal string
		line    Frame
	}
	names := map[made]string{}
	for at := range b.handed {
		line := b.stacks.frame(at.line)
		if name, ok := b.handed.name(at, line.Func); ok {
			names[made{at.literal, line}] = name
		}
	}
	for i := range b.recs.n {
		r := b.recs.at(i)
		if name, ok := names[made{r.Func, r.CreatedAt}]; ok {
			r.Func = name
		}
	}
}
