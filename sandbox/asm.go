package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// Assembly is what the compiler decided and made of the files of a job, by
// line of the source. Of a KindAsm job nothing was run.
type Assembly struct {
	Arch  string   `json:"arch"`  // amd64, arm64
	Flags []string `json:"flags"` // those of Job.GCFlags that were used
	// Notes are the compiler's decisions, in its own words.
	Notes []AsmNote `json:"notes"`
	// Funcs are the functions that were made, in the compiler's order.
	Funcs []AsmFunc `json:"funcs"`
	// Cut says that there was more than is kept.
	Cut bool `json:"cut"`
}

// AsmNote is one decision: "can inline f", "x escapes to heap".
type AsmNote struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	// What is inline (may be put into its callers), inlined (a call that was),
	// heap, stack, leak (a parameter that the function lets out) or other.
	What string `json:"what"`
	Text string `json:"text"`
}

// AsmFunc is the machine code of one function.
type AsmFunc struct {
	Name  string `json:"func"`
	Bytes int    `json:"bytes"` // of machine code
	Frame int    `json:"frame"` // bytes on the stack for its own use
	Rows  []Asm  `json:"rows"`
}

// Asm is one instruction.
type Asm struct {
	Offset int `json:"offset"` // in the function
	// File and Line are those of the learner's source that it was made for; ""
	// and 0 before the first.
	File string `json:"file"`
	Line int    `json:"line"`
	// From is the line of another package that was inlined there, as
	// fmt/print.go:314; "" for the learner's own.
	From string `json:"from,omitempty"`
	Text string `json:"text"`
}

// GCFlag is a flag of the compiler that a job may ask for.
type GCFlag struct {
	Flag, Says string
	// Run says that a program built with it may be run.
	Run bool
	// Tests says that it goes with tests and benchmarks, which are run.
	Tests bool
}

// with says whether the flag goes with a kind of job.
func (f GCFlag) with(kind Kind) bool { return f.Run || kind == KindAsm || f.Tests && kind.Tests() }

// GCFlags are the flags of the compiler that there are to choose from; each
// shows something, and none reads or writes a file, or changes what a build
// may take.
func GCFlags() []GCFlag {
	return []GCFlag{
		{"-l", "no inlining: every call is a call, as benchmarks and stacks sometimes need it", true, true},
		{"-N", "no optimisation: what the source says, step by step", true, true},
		{"-m", "the compiler's decisions, of tests and benchmarks; the kind asm always has them", false, true},
		{"-B", "no bounds checks: shows what they cost. Only where nothing is run, since such a program may do anything", false, false},
	}
}

// CheckGCFlags says in a sentence what is wrong with the flags of a job; ""
// when nothing is.
func CheckGCFlags(flags []string, kind Kind) string {
	var known []string
	for _, f := range GCFlags() {
		if f.with(kind) {
			known = append(known, f.Flag)
		}
	}
	for i, flag := range flags {
		at := slices.IndexFunc(GCFlags(), func(f GCFlag) bool { return f.Flag == flag })
		switch {
		case at < 0:
			return fmt.Sprintf("the compiler flag %q can't be used; it can be %s", flag, strings.Join(known, ", "))
		case !GCFlags()[at].with(kind) && GCFlags()[at].Tests:
			return fmt.Sprintf("the compiler flag %s is for tests, benchmarks and the kind asm", flag)
		case !GCFlags()[at].with(kind):
			return fmt.Sprintf("the compiler flag %s is for the kind asm only, where nothing is run (%s)", flag, GCFlags()[at].Says)
		case slices.Contains(flags[:i], flag):
			return fmt.Sprintf("the compiler flag %s stands twice", flag)
		}
	}
	return ""
}
