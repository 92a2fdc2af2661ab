package page

import (
	"course/tutor/content"
	"course/tutor/sandbox"
)

// kindOption is one thing that a run can be, in the list beside the button.
type kindOption struct {
	Value, Text string
	Chosen      bool
}

// KindRace is, in that list and in forms, a program with the race detector.
const KindRace = "race"

// KindFake is, there, a program on the fake clock.
const KindFake = "fake"

// raceText names it.
const raceText = "Race detector"

// kindNames are the kinds that a reader can choose, as requests write them.
var kindNames = []struct{ value, text string }{
	{string(sandbox.KindProgram), "Just run"},
	{KindRace, raceText},
	{KindFake, "Fake clock"},
	{"profile:cpu", "CPU profile"},
	{"profile:heap", "Heap profile"},
	{"profile:block", "Block profile"},
	{"profile:mutex", "Mutex profile"},
	{"profile:goroutine", "Goroutine profile"},
	{string(sandbox.KindAsm), "Compiler and assembly"},
}

// kindOptions are those kinds, with the one chosen that was run last, or else
// that the author's fence asks for.
func kindOptions(c *content.Cell, last string) []kindOption {
	chosen := string(sandbox.KindProgram)
	switch {
	case last != "":
		chosen = last
	case c.Options["asm"] != "":
		chosen = string(sandbox.KindAsm)
	case c.Options["profile"] != "":
		chosen = "profile:" + c.Options["profile"]
	}
	var list []kindOption
	for _, k := range kindNames {
		if c.Flag("race") { // a run of such a listing has it anyway, and needs the real clock
			if k.value == KindRace || k.value == KindFake {
				continue
			}
			if k.value == string(sandbox.KindProgram) {
				k.text = raceText
			}
		}
		list = append(list, kindOption{k.value, k.text, k.value == chosen})
	}
	return list
}
