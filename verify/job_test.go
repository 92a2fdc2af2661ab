package verify

import (
	"slices"
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// What a fence asks for is the Job that a reader's Run is, or is refused in
// words.
func TestJobOf(t *testing.T) {
	for _, c := range []struct {
		verb    string
		options map[string]string
		kind    string
		flags   []string
		why     string
	}{
		{"run", map[string]string{}, "program", nil, ""},
		{"run", map[string]string{"profile": "cpu"}, "profile:cpu", nil, ""},
		{"run", map[string]string{"profile": "block", "trace": "true", "gcflags": "-l"}, "profile:block", []string{"-l"}, ""},
		{"run", map[string]string{"asm": "true", "gcflags": "-l -B"}, "asm", []string{"-l", "-B"}, ""},
		{"run", map[string]string{"asm": "true", "trace": "true"}, "", nil, "asm runs nothing"},
		{"run", map[string]string{"asm": "true", "profile": "cpu"}, "", nil, "asm runs nothing"},
		{"run", map[string]string{"alone": "true"}, "program", nil, ""},
		{"run", map[string]string{"asm": "true", "alone": "true"}, "", nil, "asm runs nothing"},
		{"run", map[string]string{"gcflags": "-B"}, "", nil, "for the kind asm only"},
		{"run", map[string]string{"gcflags": "-m"}, "", nil, "for tests, benchmarks and the kind asm"},
		{"bench", map[string]string{"profile": "cpu", "trace": "true", "asm": "true", "race": "true"}, "bench", nil, ""},
		{"test", map[string]string{"cover": "true", "gcflags": "-m", "alone": "true"}, "cover", []string{"-m"}, ""},
		{"test", map[string]string{"asm": "true", "gcflags": "-B"}, "", nil, "for the kind asm only"},
		{"test", map[string]string{"clock": "fake"}, "", nil, "clock=fake is for go run"},
		{"run", map[string]string{"cpulimit": "1.5"}, "program", nil, ""},
		{"run", map[string]string{"vary": "GOMAXPROCS:1,2"}, "program", nil, ""},
		{"run", map[string]string{"vary": "GOMAXPROCS:1,1"}, "", nil, "1 twice"},
		{"run", map[string]string{"vary": "GOMAXPROCS:1,2", "procs": "2"}, "", nil, "given twice"},
		{"run", map[string]string{"vary": "GOMAXPROCS:1,2", "trace": "true", "see": "leak"}, "", nil, "one for each value"},
		{"run", map[string]string{"vary": "GOMAXPROCS:1,2", "profile": "cpu"}, "", nil, "not for the kind profile:cpu"},
		{"bench", map[string]string{"vary": "GOMAXPROCS:1,2", "asm": "true"}, "", nil, "are of one run"},
		{"run", map[string]string{"asm": "true", "cpulimit": "1.5"}, "", nil, "runs nothing"},
		{"run", map[string]string{"clock": "fake", "cpulimit": "1.5"}, "", nil, "needs the real clock"},
		{"run", map[string]string{"asm": "true", "race": "true"}, "", nil, "can't be used with race"},
		{"run", map[string]string{"timeout": "1h"}, "", nil, "timeout=1h: a limit of 3600 s is not possible: it can be 1 ms to 60 s"},
		{"run", map[string]string{"memory": "100GiB"}, "", nil, "memory=100GiB: a limit of 100 GiB"},
		{"run", map[string]string{"memory": "4096"}, "", nil, "it can be 1 MiB to 1 GiB"},
		{"run", map[string]string{"clock": "synctest"}, "", nil, "is of tests"},
	} {
		job, why := JobOf(&content.Cell{Verb: c.verb, Options: c.options, Files: []content.File{{Name: "main.go", Content: "package main"}}})
		if c.why != "" {
			if !strings.Contains(why, c.why) {
				t.Errorf("%v: refused with %q, want %q", c.options, why, c.why)
			}
			continue
		}
		if why != "" || job.KindText() != c.kind || !slices.Equal(job.GCFlags, c.flags) || job.Trace != (c.options["trace"] != "") || job.Alone != (c.options["alone"] != "") ||
			c.verb != "run" && (job.Profile != c.options["profile"] || job.Asm != (c.options["asm"] != "")) ||
			len(job.Vary) > 0 != (c.options["vary"] != "") || job.CPULimit > 0 != (c.options["cpulimit"] != "") {
			t.Errorf("%v: %q %s %v trace %v", c.options, why, job.KindText(), job.GCFlags, job.Trace)
		}
	}
}

// The environment and the arguments of a fence are those of its Job.
func TestJobOfGivesEnvironment(t *testing.T) {
	c := &content.Cell{Verb: "run", Options: map[string]string{"env": "LEVEL=3 NAME=a=b", "args": "x 'y z'"}}
	job, why := JobOf(c)
	if why != "" || !slices.Equal(job.Env, []string{"LEVEL=3", "NAME=a=b"}) || !slices.Equal(job.Args, []string{"x", "y z"}) {
		t.Errorf("%q: env %q, args %q", why, job.Env, job.Args)
	}
}

// Benchmarks that measure nothing are told.
func TestNothingMeasuredIsTold(t *testing.T) {
	c := &content.Cell{ID: "nap", Verb: "bench", File: "01-a/01-b.md", Line: 3, Options: map[string]string{"args": "-bench Nope"}}
	for measured, problems := range map[string]int{"": 1, "{}": 0} {
		r := &run{}
		r.judgeCell(c, []*observation{{Status: sandbox.StatusOK, Measured: []byte(measured)}})
		if len(r.problems) != problems || problems > 0 && (r.problems[0].Rule != "fence-word" || !strings.Contains(r.problems[0].Message, "nothing was measured")) {
			t.Errorf("%q: %v", measured, r.problems)
		}
	}
}

// A fence that says that tests keep a clock of their own is told where none
// does.
func TestSynctestClockIsTold(t *testing.T) {
	c := &content.Cell{ID: "nap", Verb: "test", File: "01-a/01-b.md", Line: 3, Options: map[string]string{"clock": "synctest"}}
	for clock, problems := range map[string]int{"synctest": 0, "real": 1} {
		r := &run{}
		r.judgeCell(c, []*observation{{Status: sandbox.StatusOK, Clock: clock}})
		if len(r.problems) != problems || problems > 0 && !strings.Contains(r.problems[0].Message, "no test calls synctest.Test") {
			t.Errorf("%s: %v", clock, r.problems)
		}
	}
}
