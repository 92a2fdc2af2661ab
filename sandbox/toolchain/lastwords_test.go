package toolchain

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// where lists what a run told: code, place and message of each diagnostic.
func where(r *sandbox.Result) []string {
	var list []string
	for _, d := range r.Diagnostics {
		list = append(list, d.Code+" "+d.File+":"+itoa(d.Line)+" "+d.Message)
	}
	return list
}

// TestDeadlockSaysWhoWaits: for what, at which line, and where it was started;
// those that wait at one line are told together.
func TestDeadlockSaysWhoWaits(t *testing.T) {
	r := runJob(t, program(`package main

import "sync"

func main() {
	var mu sync.Mutex
	mu.Lock()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			mu.Lock()
		})
	}
	wg.Add(1)
	go func() {
		<-make(chan int)
	}()
	wg.Wait()
}
`))
	want := []string{
		"runtime:deadlock main.go:18 fatal error: all goroutines are asleep - deadlock!",
		"runtime:deadlock main.go:18 goroutine 1 [sync.WaitGroup.Wait]",
		"runtime:deadlock main.go:11 3 goroutines [sync.Mutex.Lock], such as N",
		"runtime:deadlock main.go:16 goroutine N [chan receive], started at main.go:15",
	}
	if r.Status != sandbox.StatusDeadlock || len(r.Diagnostics) != len(want) {
		t.Fatalf("%s %q", r.Status, where(r))
	}
	for _, line := range want {
		if !contains(where(r), line) {
			t.Errorf("nothing says %q:\n%s", line, strings.Join(where(r), "\n"))
		}
	}
	for _, d := range r.Diagnostics {
		if d.Explain == "" {
			t.Errorf("no lesson for %+v", d)
		}
	}
}

// TestBubbleSaysWhoWaits: the goroutines of a bubble that are blocked are told as
// those of a deadlock are.
func TestBubbleSaysWhoWaits(t *testing.T) {
	const text = `package nap

import (
	"testing"
	"testing/synctest"
)

func TestNap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		for range 2 {
			go func() {
				ch <- 1
			}()
		}
		select {}
	})
}
`
	for code, test := range map[string]struct{ text, said, last string }{
		"runtime:bubble-deadlock": {text, "all goroutines in bubble are blocked", "nap_test.go:16 goroutine N [select (no cases)]"},
		"runtime:bubble-left":     {strings.Replace(text, "select {}", "", 1), "main bubble goroutine has exited but blocked goroutines remain", ""},
	} {
		r := runJob(t, sandbox.Job{Kind: sandbox.KindTest, Files: []sandbox.File{{Name: "nap_test.go", Content: test.text}}})
		want := []string{
			code + " nap_test.go:9 panic: deadlock: " + test.said + " [recovered, repanicked]",
			code + " nap_test.go:13 2 goroutines [chan send], such as N, started at nap_test.go:12",
		}
		if test.last != "" {
			want = append(want, code+" "+test.last)
		}
		for _, line := range want {
			if !contains(where(r), line) {
				t.Errorf("nothing says %q:\n%s", line, strings.Join(where(r), "\n"))
			}
		}
		if n := len(want) + 1; len(r.Diagnostics) != n { // and which test it was
			t.Errorf("%d diagnostics, want %d:\n%s", len(r.Diagnostics), n, strings.Join(where(r), "\n"))
		}
	}
}

// contains says whether one of the lines is as wanted, where N is the number
// of a goroutine.
func contains(lines []string, want string) bool {
	pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(want), "N", `\d+`) + "$")
	return slices.ContainsFunc(lines, pattern.MatchString)
}

// TestPlaceOfAPanic: the innermost line of the learner's, of the first panic.
func TestPlaceOfAPanic(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"in a function of the library":  {"import \"strings\"\n\nfunc main() {\n\tn := -1\n\tprintln(strings.Repeat(\"x\", n))\n}\n", "runtime:repeat main.go:7"},
		"raised again":                  {"func main() {\n\tdefer func() {\n\t\tpanic(recover())\n\t}()\n\tvar m map[int]int\n\tm[1] = 1\n}\n", "runtime:nil-map main.go:8"},
		"in a goroutine":                {"func main() {\n\tgo func() {\n\t\tvar s []int\n\t\tprintln(s[len(s)])\n\t}()\n\tselect {}\n}\n", "runtime:index main.go:6"},
		"an empty loop has no line":     {"func main() {\n\tprintln()\n\tfor {\n\t}\n}\n", "runtime:endless-loop main.go:5"},
		"called by the library":         {"import \"slices\"\n\nfunc main() {\n\ts := []int{1, 2}\n\tslices.SortFunc(s, func(a, b int) int {\n\t\treturn s[2]\n\t})\n}\n", "runtime:index main.go:8"},
		"several lines, like a dump":    {"func main() {\n\tpanic(\"x\\n\\ngoroutine 1 [running]:\\nmain.main()\\n\\tmain.go:99 +0x1\")\n}\n", "runtime:panic main.go:4"},
		"printed dump, then a real one": {"import \"os\"\n\nfunc main() {\n\tos.Stderr.WriteString(\"fatal error: concurrent map writes\\n\\ngoroutine 1 [running]:\\nmain.main()\\n\\tmain.go:99 +0x1\\n\")\n\tpanic(1)\n}\n", "runtime:panic main.go:7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := program("package main\n\n" + test.text)
			if strings.Contains(name, "loop") {
				job.Limits.Wall = 2 * time.Second
			}
			r := runJob(t, job)
			if len(r.Diagnostics) == 0 || !strings.HasPrefix(where(r)[0], test.want+" ") {
				t.Errorf("%s: %q, want %s", r.Status, where(r), test.want)
			}
		})
	}
}

// TestPrintingProvesNothing: a program that prints the runtime's words and ends
// as the runtime would is told its exit code, and nothing else.
func TestPrintingProvesNothing(t *testing.T) {
	job := program("package main\n\nimport \"os\"\n\nfunc main() {\n\tos.Stderr.WriteString(os.Args[1])\n\tos.Exit(2)\n}\n")
	for _, words := range []string{"panic: assignment to entry in nil map", "fatal error: all goroutines are asleep - deadlock!",
		"fatal error: stack overflow", "SIGSYS: bad system call", "fatal error: newosproc", saidGoexit} {
		for _, dump := range []string{"\n", "\n\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:6 +0x1d\n"} {
			job.Args = []string{words + dump}
			r := runJob(t, job)
			// What Goexit leaves looks like print and exit: the status believes
			// it, and nothing is taught.
			if words == saidGoexit && len(r.Diagnostics) == 0 {
				continue
			}
			if len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != "runtime:exit" {
				t.Errorf("%q: %s %q", words+dump, r.Status, where(r))
			}
		}
	}
}
