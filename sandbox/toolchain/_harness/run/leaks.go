package run

import (
	"runtime"
	"strconv"
	"time"
	"tutor/wire"
)

// Why leaked goroutines were not looked for: the byte of wire.NoLeaks.
const (
	noTime     = 't' // the program's time is nearly up
	noSupport  = 'v' // not with this Go
	noStopping = 'p' // a goroutine might not be interrupted
	largeHeap  = 'h' // the collection would take too long
	manyThread = 'm' // the collection might need one more than are allowed
)

// Bounds of what is told of leaked goroutines.
const (
	maxLeaked = 4096 // goroutines that are looked at
	maxGroups = 64   // different stacks
	maxIDs    = 64   // ids for each stack
	depth     = 16   // frames for each stack
	maxHeap   = 64 << 20
)

// stack is where a goroutine waits, and the go statement that made it.
type stack struct {
	at  uintptr
	pcs [depth]uintptr
}

type group struct {
	stack stack
	n     int
	ids   []uint64
}

// leaks asks the garbage collector which goroutines wait for something that
// nothing else can reach, and sends the answer. The trace is over by then, so
// the collection is in nobody's way; the program will not run on.
func leaks() {
	if why := unfit(); why != 0 {
		wire.Send(wire.NoLeaks, []byte{why})
		return
	}
	found := make([]stack, maxLeaked)
	ids := make([]uint64, maxLeaked)
	n := collect(func(i int, id uint64, at uintptr) []uintptr {
		if i >= maxLeaked {
			return nil
		}
		ids[i], found[i].at = id, at
		return found[i].pcs[:]
	})
	wire.Send(wire.Leaks, text(n, groups(found, ids, min(n, maxLeaked))))
}

func unfit() byte {
	h := &harness
	heap, threads := burden()
	switch {
	case threads < 0:
		return noSupport
	case stubborn():
		return noStopping
	case time.Since(h.start) > h.end:
		return noTime
	case heap > maxHeap:
		return largeHeap
	case threads+runtime.GOMAXPROCS(0)+2 > h.threads:
		return manyThread
	}
	return 0
}

func groups(found []stack, ids []uint64, n int) []*group {
	var list []*group
	known := map[stack]*group{}
	for i, s := range found[:n] {
		g := known[s]
		if g == nil {
			if len(list) == maxGroups {
				continue
			}
			g = &group{stack: s}
			known[s], list = g, append(list, g)
		}
		g.n++
		if len(g.ids) < maxIDs {
			g.ids = append(g.ids, ids[i])
		}
	}
	return list
}

// text writes a line for each fact: "all N", then for each stack "stack N",
// "id N" lines, "frame" lines from the inside out and "made" for the go
// statement. Function, file and line of those are separated by tabs.
func text(n int, list []*group) []byte {
	b := strconv.AppendInt([]byte("all "), int64(n), 10)
	for _, g := range list {
		b = strconv.AppendInt(append(b, "\nstack "...), int64(g.n), 10)
		for _, id := range g.ids {
			b = strconv.AppendUint(append(b, "\nid "...), id, 10)
		}
		b = frames(b, "\nframe ", g.stack.pcs[:])
		b = frames(b, "\nmade ", []uintptr{g.stack.at})
	}
	return append(b, '\n')
}

func frames(b []byte, name string, pcs []uintptr) []byte {
	n := 0
	for n < len(pcs) && pcs[n] != 0 {
		n++
	}
	if n == 0 {
		return b
	}
	for list := runtime.CallersFrames(pcs[:n]); ; {
		f, more := list.Next()
		if !scaffold(f.Function) {
			b = append(append(b, name...), f.Function+"\t"+f.File+"\t"+strconv.Itoa(f.Line)...)
		}
		if !more {
			return b
		}
	}
}

// scaffold says whether a function is where the runtime starts goroutines,
// which nobody wrote.
func scaffold(name string) bool {
	return name == "" || name == "runtime.goexit" || name == "runtime.main" || name == "runtime.newproc" || name == "runtime.rt0_go"
}

// In package runtime: collect calls take for each leaked goroutine and fills
// the slice that it returns with the stack; burden is the size of the heap and
// the number of threads, which is negative where collect does nothing.
func collect(take func(i int, id uint64, at uintptr) []uintptr) int
func burden() (heap uint64, threads int)
