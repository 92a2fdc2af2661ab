package exectrace

import (
	"encoding/binary"
	"path"
	"strings"

	"golang.org/x/exp/trace"
)

// place is an index into stacks.frames; 0 is "unknown".
type place uint32

// stackInfo is what is kept of a stack.
type stackInfo struct {
	id    uint32 // of the whole stack; 0 when it is not kept
	at    place  // innermost frame that is the learner's
	entry string // outermost function: where the goroutine started
	name  string // what to call such a goroutine: its outermost own function
	// starter is the innermost function when it is not the learner's and was
	// called by one that is: of a go statement's stack, who starts a goroutine
	// for the learner, as (*WaitGroup).Go does.
	starter string
	sync    string // which of package sync it waits in; "" outside it
	locks   bool   // its innermost function is of a package that has locks
	yield   bool   // it gives its P away although the trace says "preempted"
}

// stacks interns frames. Handles of the reader are good for one generation
// only, so the cache by handle is emptied at each, and the frames are not.
type stacks struct {
	opts   *Options
	frames []Frame
	own    []bool // of frames
	index  map[Frame]place
	cache  map[trace.Stack]*stackInfo
	last   [4]knownStack // of cache, those that were asked for last
	next   int           // in last
	whole  [][]uint32
	ids    map[string]uint32 // by the numbers of the frames
	key    []byte
	left   int // stacks that were not kept
}

func newStacks(opts *Options) *stacks {
	return &stacks{
		opts:   opts,
		frames: make([]Frame, 1),
		own:    make([]bool, 1),
		index:  map[Frame]place{{}: 0},
		whole:  make([][]uint32, 1),
		ids:    map[string]uint32{},
		cache:  map[trace.Stack]*stackInfo{},
	}
}

type knownStack struct {
	st   trace.Stack
	info *stackInfo
}

// newGeneration forgets the handles.
func (s *stacks) newGeneration() {
	clear(s.cache)
	s.last = [4]knownStack{}
}

func (s *stacks) frame(p place) Frame { return s.frames[p] }

var noStack = &stackInfo{}

// info reads a stack. A stack may be missing, or hold one frame of zeroes:
// then everything in it is unknown.
func (s *stacks) info(st trace.Stack) *stackInfo {
	if st == trace.NoStack {
		return noStack
	}
	for i := range s.last {
		if s.last[i].st == st {
			return s.last[i].info
		}
	}
	i, ok := s.cache[st]
	if !ok {
		i = s.read(st)
		s.cache[st] = i
	}
	s.last[s.next] = knownStack{st, i}
	s.next = (s.next + 1) % len(s.last)
	return i
}

func (s *stacks) read(st trace.Stack) *stackInfo {
	i := &stackInfo{}
	s.key = s.key[:0]
	inSync := true
	caller := "" // the function before the outermost
	depth := 0
	for f := range st.Frames() {
		if f.Func == "" {
			continue
		}
		p := s.intern(f)
		if len(s.key) < 4*maxDepth {
			s.key = binary.LittleEndian.AppendUint32(s.key, uint32(p))
		}
		if s.own[p] {
			if i.at == 0 {
				i.at = p
				if depth == 1 {
					i.starter = i.entry
				}
			}
			if i.name == "" || !strings.Contains(f.Func, ".gowrap") {
				i.name = f.Func
			}
		}
		// The kind is that of the outermost call of the unbroken run of package
		// sync's frames: RWMutex.Lock waits in a Mutex, but an RWMutex it is.
		inSync = inSync && fromSync(f.Func)
		if k := syncKind(f.Func); inSync && k != "" {
			i.sync = k
		}
		// The tracer leaves out the runtime's frames of a wait for a lock. Where
		// the innermost is the runtime's, it waits for itself, as to collect, and
		// the frames of package sync below called for something else.
		i.locks = i.locks || depth == 0 && hasLocks(f.Func)
		i.yield = i.yield || f.Func == "runtime.goyield" || strings.HasSuffix(f.Func, ".unlockSlow")
		caller, i.entry = i.entry, f.Func
		depth++
	}
	if i.name == "" {
		i.name = i.entry
		if strings.Contains(i.entry, ".gowrap") && caller != "" {
			i.name = caller
		}
	}
	i.id = s.keep()
	return i
}

// keep gives the stack of the frames in key its number.
func (s *stacks) keep() uint32 {
	if id, ok := s.ids[string(s.key)]; ok || len(s.key) == 0 {
		return id
	}
	if len(s.whole) >= maxStacks {
		s.left++
		return 0
	}
	id := uint32(len(s.whole))
	list := make([]uint32, len(s.key)/4)
	for i := range list {
		list[i] = binary.LittleEndian.Uint32(s.key[4*i:])
	}
	s.whole = append(s.whole, list)
	s.ids[string(s.key)] = id
	return id
}

func (s *stacks) intern(f trace.StackFrame) place {
	fr := Frame{Func: f.Func, File: plainFile(f.File), Line: int(f.Line)}
	p, ok := s.index[fr]
	if !ok {
		p = place(len(s.frames))
		s.frames = append(s.frames, fr)
		s.own = append(s.own, fr.File != testsMain && s.opts.own(f.Func))
		s.index[fr] = p
	}
	return p
}

// plainFile gives the name by which a learner knows the file.
func plainFile(name string) string {
	name = strings.TrimPrefix(strings.ReplaceAll(name, "\\", "/"), "./")
	if path.IsAbs(name) || (len(name) > 1 && name[1] == ':') {
		return path.Base(name)
	}
	return name
}

func fromSync(fn string) bool {
	pkg := packageOf(fn)
	return pkg == "sync" || pkg == "internal/sync" || pkg == "runtime"
}

// hasLocks says that fn is of a package whose locks a program waits for, and not
// of the runtime, which uses semaphores itself.
func hasLocks(fn string) bool {
	pkg := packageOf(fn)
	return pkg == "sync" || pkg == "internal/sync" || pkg == "internal/poll"
}

// syncKind says what of package sync a function waits for.
func syncKind(fn string) string {
	name, ok := strings.CutPrefix(fn, "sync.(*")
	if !ok {
		if name, ok = strings.CutPrefix(fn, "internal/sync.(*"); !ok {
			return ""
		}
	}
	typ, method, _ := strings.Cut(name, ").")
	switch {
	case typ == "Mutex" && strings.HasPrefix(strings.ToLower(method), "lock"):
		return "Mutex"
	case typ == "RWMutex", typ == "rlocker":
		return "RWMutex"
	case typ == "WaitGroup" && method == "Wait":
		return "WaitGroup"
	case typ == "Cond", typ == "Once":
		return typ
	}
	return ""
}
