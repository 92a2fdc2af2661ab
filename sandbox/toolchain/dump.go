package toolchain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// goroutine is one paragraph of a dump of the runtime.
type goroutine struct {
	id      string // "18"
	state   string // "chan receive"
	frames  []frame
	created frame // where its go statement is; zero for main's
}

// frame is one call on a stack. File is as the compiler was told: the plain
// name of a learner's file.
type frame struct {
	fn   string
	file string
	line int
}

var (
	goroutineHead = regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^]]*)\]:$`)
	frameLine     = regexp.MustCompile(`^\t([^ ]+):(\d+)(?: .*)?$`)
	// beside is what the runtime says of a goroutine beside its state: that it
	// waits for long, keeps its thread, is of a bubble of testing/synctest.
	beside = regexp.MustCompile(`, (\d+ minutes|locked to thread|synctest bubble \d+)| \((leaked|durable|scan)\)`)
)

// readDump reads the goroutines of a dump, in its order: the one that failed
// comes first.
func readDump(text string) []goroutine {
	var list []goroutine
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := goroutineHead.FindStringSubmatch(line); m != nil {
			list = append(list, goroutine{id: m[1], state: beside.ReplaceAllString(m[2], "")})
			continue
		}
		if len(list) > 0 {
			list[len(list)-1].read(line)
		}
	}
	return list
}

// read takes the next line of a goroutine: the name of a function, or where
// the function named before it is.
func (g *goroutine) read(line string) {
	m := frameLine.FindStringSubmatch(line)
	switch {
	case m == nil && strings.HasPrefix(line, "\t"), line == "":
	case m == nil:
		g.frames = append(g.frames, frame{fn: line})
	case len(g.frames) > 0:
		last := &g.frames[len(g.frames)-1]
		last.file = m[1]
		last.line, _ = strconv.Atoi(m[2])
		if name, ok := strings.CutPrefix(last.fn, "created by "); ok {
			last.fn = name
			g.created, g.frames = *last, g.frames[:len(g.frames)-1]
		}
	}
}

// in is the innermost frame in one of the files named. Of a goroutine that
// panics while deferred functions run, it is where the first panic came from.
func (g *goroutine) in(files []string) (frame, bool) {
	frames := g.frames
	for i := len(frames) - 1; i >= 0; i-- {
		if strings.HasPrefix(frames[i].fn, "panic(") {
			frames = frames[i+1:]
			break
		}
	}
	for _, f := range frames {
		if slices.Contains(files, f.file) {
			return f, true
		}
	}
	return frame{}, false
}

// measures says whether the goroutine is that of a benchmark.
func (g *goroutine) measures() bool {
	return slices.ContainsFunc(g.frames, func(f frame) bool { return strings.HasPrefix(f.fn, "testing.(*B).") })
}

// busy says whether the goroutine was computing rather than waiting.
func (g *goroutine) busy() bool {
	return strings.HasPrefix(g.state, "running") || strings.HasPrefix(g.state, "runnable")
}
