package page

import (
	"cmp"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// kindOption is one thing that a run can be, in the list beside the button.
type kindOption struct {
	Value, Text string
	Chosen      bool
}

// KindRace is, in that list and in forms, a run with the race detector.
const KindRace = "race"

// KindFake is, there, a program on the fake clock.
const KindFake = "fake"

// KindBoth begins, there, the choice of a profile and of what the compiler
// decided, which tests and benchmarks may have in one run: both:cpu.
const KindBoth = "both"

// raceText names KindRace.
const raceText = "Race detector"

// kindNames are the kinds that a reader can choose, as requests write them of a
// program; those of tests and benchmarks are had besides.
var kindNames = []struct{ value, text string }{
	{KindRace, raceText},
	{KindFake, "Fake clock"},
	{"profile:cpu", "CPU profile"},
	{"profile:heap", "Heap profile"},
	{"profile:block", "Block profile"},
	{"profile:mutex", "Mutex profile"},
	{"profile:goroutine", "Goroutine profile"},
	{string(sandbox.KindAsm), "Compiler and assembly"},
}

// plainNames are the runs without anything besides.
var plainNames = map[sandbox.Kind]string{
	sandbox.KindProgram: "Just run", sandbox.KindTest: "Just test", sandbox.KindBench: "Just measure",
}

// KindOf is the choice of the list that a job is.
func KindOf(job *sandbox.Job) string {
	switch {
	case job.Profile != "" && job.Asm:
		return KindBoth + ":" + job.Profile
	case job.Profile != "":
		return string(sandbox.KindProfile) + ":" + job.Profile
	case job.Asm:
		return string(sandbox.KindAsm)
	case job.Race:
		return KindRace
	case job.Clock == sandbox.ClockFake:
		return KindFake
	case job.Kind == sandbox.KindCover: // which has a button of its own
		return string(sandbox.KindTest)
	}
	return string(job.Kind)
}

// kindOptions are those kinds, with the one chosen that was run last, or else
// that the author's fence asks for.
func kindOptions(c *content.Cell, last string) []kindOption {
	base := sandbox.Kind(c.Kind())
	if base == sandbox.KindCover { // which has a button of its own
		base = sandbox.KindTest
	}
	what, asm := c.Options["profile"], c.Options["asm"] != ""
	both := ""
	if what != "" && asm {
		both = KindBoth + ":" + what
	}
	chosen := cmp.Or(last, both)
	switch {
	case chosen != "":
	case asm:
		chosen = string(sandbox.KindAsm)
	case what != "":
		chosen = string(sandbox.KindProfile) + ":" + what
	default:
		chosen = string(base)
	}
	plain := plainNames[base]
	if c.Flag("race") {
		plain = raceText
	}
	list := []kindOption{{string(base), plain, string(base) == chosen}}
	for _, k := range kindNames {
		// A run of a listing with race has it anyway, and needs the real clock, as
		// tests and benchmarks do.
		if c.Flag("race") && k.value == KindRace || (c.Flag("race") || c.Tests()) && k.value == KindFake {
			continue
		}
		list = append(list, kindOption{k.value, k.text, k.value == chosen})
	}
	if both != "" {
		list = append(list, kindOption{both, "Profile, and the compiler", both == chosen})
	}
	return list
}
