package toolchain

import (
	"strings"
	"testing"

	"course/tutor/sandbox"
)

func TestCallsSynctest(t *testing.T) {
	const rest = "\nfunc TestA(t *testing.T) { "
	for text, want := range map[string]bool{
		"import \"testing/synctest\"" + rest + "synctest.Test(t, f) }":                      true,
		"import (\n\"testing\"\n\"testing/synctest\"\n)" + rest + "synctest.Test(t, f) }":   true,
		"import (\n\"testing\"; \"testing/synctest\"\n)" + rest + "synctest.Test(t, f) }":   true,
		"import (\n\t// why\n\ts `testing/synctest`\n)" + rest + "s.Test(t, f) }":           true,
		"import . \"testing/synctest\"" + rest + "Test(t, f) }":                             true,
		"import \"testing/synctest\"" + rest + "synctest.Wait() }":                          false,
		"import s \"testing/synctest\"" + rest + "synctest.Test(t, f) }":                    false,
		"import \"example.org/synctest\"" + rest + "synctest.Test(t, f) }":                  false,
		"import \"testing/synctest\"" + rest + "// synctest.Test(t, f)\n \"synctest.Test\"": false,
	} {
		if got := callsSynctest("package a\n" + text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

const sleepTest = `package nap

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestNap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { time.Sleep(time.Hour) })
}
`

// Tests keep the clock themselves: the Result says whether any did.
func TestSynctestClock(t *testing.T) {
	job := sandbox.Job{Kind: sandbox.KindTest, Clock: sandbox.ClockSynctest, Files: []sandbox.File{{Name: "nap_test.go", Content: sleepTest}}}
	if r := runJob(t, job); r.Status != sandbox.StatusOK || r.Clock != sandbox.ClockSynctest || len(r.Diagnostics) > 0 {
		t.Errorf("%+v", r)
	}
	job.Files[0].Content = strings.NewReplacer("\t\"testing/synctest\"\n", "", "synctest.Test(t, func(t *testing.T) { time.Sleep(time.Hour) })", "time.Sleep(1)").Replace(sleepTest)
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK || r.Clock != sandbox.ClockReal || len(r.Diagnostics) != 1 || r.Diagnostics[0].Message != notSynctest {
		t.Errorf("without a call: %+v", r)
	}
	job.Kind = sandbox.KindBench
	if r := runJob(t, job); r.Status != sandbox.StatusRefused || r.Diagnostics[0].Code != "refused:clock" {
		t.Errorf("a benchmark: %+v", r)
	}
}
