package profile

// Profile is what a pprof file says.
type Profile struct {
	What string `json:"what"` // cpu, heap, block, mutex or goroutine
	// Period is the time that a sample stands for, in ns; 0 where it is none.
	Period   int64 `json:"period_ns"`
	Duration int64 `json:"duration_ns"` // from beginning to end; 0: not known
	// Samples is how many samples were taken; of a heap, which is scaled up,
	// how many different stacks they have.
	Samples int64  `json:"samples"`
	Views   []View `json:"views"` // the one to show first is first
}

// View is one kind of value of a profile: a heap has what was allocated and
// what is in use.
type View struct {
	Name  string `json:"name"` // as pprof: cpu, alloc_space, inuse_space, delay, goroutine
	Unit  string `json:"unit"` // nanoseconds, bytes or count
	Total int64  `json:"total"`
	// Count is the number of things that Total is the sum of, in Counted;
	// Counted is "" where the value is itself a number of things.
	Count   int64  `json:"count"`
	Counted string `json:"counted"` // samples, alloc_objects, inuse_objects, contentions
	// Functions are those that took most, by flat, then by cum.
	Functions []Function `json:"functions"`
	// Others is how many functions are not in the list.
	Others int `json:"others"`
	// Lines are the learner's lines, by file and line.
	Lines []Line `json:"lines"`
	// Root holds the callers of all; nil in a Summary. Boxes that are too
	// small to be drawn are left out of it.
	Root *Box `json:"root,omitempty"`
}

// Function is a function in one view.
type Function struct {
	Name  string `json:"func"` // with its package: main.work
	File  string `json:"file"`
	Line  int    `json:"line"` // the one that took most; 0: not known
	Own   bool   `json:"own"`  // the learner's
	Flat  int64  `json:"flat"`
	Cum   int64  `json:"cum"`
	Count int64  `json:"count"` // of Counted, flat
}

// Line is one line of the learner's in one view.
type Line struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Flat int64  `json:"flat"`
	Cum  int64  `json:"cum"`
}

// Box is a function below a caller: a box of a flame graph.
type Box struct {
	Name  string `json:"func"`
	File  string `json:"file"`
	Line  int    `json:"line"` // the one that took most; 0: not known
	Own   bool   `json:"own"`
	Total int64  `json:"total"` // of it and all it called here
	Self  int64  `json:"self"`
	// Calls are what it called, the largest first. They are at most Total
	// together; what is missing was too small or is Self.
	Calls []*Box `json:"calls,omitempty"`
}

// Depth is how many boxes lie below each other at most.
func (b *Box) Depth() int {
	deepest := 0
	for _, c := range b.Calls {
		deepest = max(deepest, c.Depth())
	}
	return deepest + 1
}

// Summary is the profile without its trees.
func (p *Profile) Summary() *Profile {
	s := *p
	s.Views = append([]View(nil), p.Views...)
	for i := range s.Views {
		s.Views[i].Root = nil
	}
	return &s
}

// Options say how a profile is read.
type Options struct {
	What string // what was measured, which the file does not say
	// Own are the paths of the learner's packages.
	Own []string
}

// BadError says what is wrong with a file that can't be read as a profile.
type BadError struct{ Reason string }

func (e *BadError) Error() string { return e.Reason }
