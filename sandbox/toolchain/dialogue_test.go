package toolchain

import (
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// probeMain calls functions of package exercise as the protocol asks.
const probeMain = `package main

import (
	"bufio"
	"encoding/json"
	"exercise"
	"fmt"
	"os"
)

func main() {
	in, out := bufio.NewReader(os.NewFile(3, "in")), os.NewFile(4, "out")
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var q struct {
			ID   string
			Call string
			Args []int
		}
		if err := json.Unmarshal(line, &q); err != nil {
			panic(err)
		}
		fmt.Fprintf(out, "{\"id\":%q,\"ok\":%d}\n", q.ID, exercise.Do(q.Call, q.Args))
	}
}
`

// exerciseText is a learner's package that can go wrong in every way.
const exerciseText = `package exercise

import (
	"fmt"
	"os"
	"strings"
	"time"
)

var calls int

func Do(call string, args []int) int {
	calls++
	switch call {
	case "sum":
		n := 0
		for _, a := range args {
			n += a
		}
		return n
	case "calls":
		return calls
	case "loop":
		for {
			fmt.Sprint(calls)
		}
	case "sleep":
		time.Sleep(time.Hour)
	case "exit":
		os.Exit(0)
	case "panic":
		panic("at the wrong moment")
	case "close":
		os.NewFile(4, "").Close()
		time.Sleep(time.Hour)
	case "garbage":
		fmt.Fprintln(os.NewFile(4, ""), "not json")
	case "forge":
		fmt.Fprintln(os.NewFile(4, ""), ` + "`" + `{"id":"0","ok":6}` + "`" + `)
	case "ahead":
		fmt.Fprintln(os.NewFile(4, ""), ` + "`" + `{"id":"0","ok":1}` + "`" + `)
	case "both":
		fmt.Fprintln(os.NewFile(4, ""), ` + "`" + `{"ok":1,"error":"x"}` + "`" + `)
	case "flood":
		fmt.Fprintln(os.NewFile(4, ""), strings.Repeat("x", 1<<20))
	case "print":
		fmt.Println("--- PASS")
	}
	return 0
}
`

func probePart(name, exercise string) sandbox.Part {
	return sandbox.Part{Name: name, Packages: []sandbox.Package{
		{Path: "main", Files: []sandbox.File{{Name: "probe.go", Content: probeMain}}, Trusted: true},
		{Path: "exercise", Files: []sandbox.File{{Name: "exercise.go", Content: exercise}}},
	}}
}

func TestDialogue(t *testing.T) {
	calls := []sandbox.Call{
		{N: 1, Func: "sum", Args: []any{1, 2, 3}},
		{N: 2, Func: "loop", TimeoutMS: 300},
		{N: 3, Func: "sum", Args: []any{4}},
		{N: 4, Func: "exit"},
		{N: 5, Func: "sum", Args: []any{5}},
		{N: 6, Func: "panic"},
		{N: 7, Func: "garbage"},
		{N: 8, Func: "forge"},
		{N: 9, Func: "flood"},
		{N: 10, Func: "both"},
		{N: 11, Func: "sleep", TimeoutMS: 100},
		{N: 12, Func: "close", TimeoutMS: 100},
		{N: 13, Func: "print"},
		{N: 14, Func: "calls"},
		{N: 15, Func: "calls", Alone: true},
		{N: 16, Func: "calls"},
	}
	want := []string{"6", "timeout", "4", "died", "5", "died", "garbage", "mismatch", "oversized", "mismatch", "timeout", "died", "0", "2", "1", "1"}
	for i := range calls {
		if calls[i].TimeoutMS == 0 {
			calls[i].TimeoutMS = 60_000 // the machine may be busy with other tests
		}
	}
	job := sandbox.Job{
		Key:      "test",
		Parts:    []sandbox.Part{probePart("learner", exerciseText), probePart("reference", strings.Replace(exerciseText, "n += a", "n -= a", 1))},
		Dialogue: &sandbox.Dialogue{Calls: calls},
		Limits:   sandbox.Limits{Wall: 5 * time.Minute, CPU: time.Minute},
	}
	r := runJob(t, job)
	if len(r.Exchanges) != len(calls) {
		t.Fatalf("%d exchanges, want %d; result %+v", len(r.Exchanges), len(calls), r)
	}
	for i, x := range r.Exchanges {
		reply := x.Replies["learner"]
		got := string(reply.OK) + reply.None + reply.Panic + reply.Error
		if got != want[i] {
			t.Errorf("%s: %q, want %q", calls[i].Func, got, want[i])
		}
	}
	if got := string(r.Exchanges[0].Replies["reference"].OK); got != "-6" {
		t.Errorf("reference answered %s, want -6", got)
	}
	if cpu := r.Exchanges[1].Replies["learner"].CPUMS; cpu <= 0 {
		t.Errorf("a loop used %.1f ms of CPU", cpu)
	}
	learner := r.Parts["learner"]
	if learner == nil || learner.Status != sandbox.StatusTimeLimit {
		t.Fatalf("learner's part: %+v", learner)
	}
	if got := printed(learner, sandbox.Stdout); got != "--- PASS\n" {
		t.Errorf("learner printed %q", got)
	}
	found := false
	for _, d := range learner.Diagnostics {
		found = found || d.File == "exercise.go" && d.Line == 25
	}
	if !found {
		t.Errorf("no diagnostic points at the loop: %+v", learner.Diagnostics)
	}
}

const judgeMain = `package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	in, out := bufio.NewReader(os.NewFile(3, "in")), os.NewFile(4, "out")
	line, _ := in.ReadString('\n')
	var first struct{ Seed string }
	json.Unmarshal([]byte(line), &first)
	fmt.Fprintln(out, ` + "`" + `{"n":1,"call":"sum","args":[2,3],"timeout_ms":60000}` + "`" + `)
	line, _ = in.ReadString('\n')
	var x struct {
		N                  int
		Learner, Reference struct {
			OK   int
			None string
			CPU  *float64 ` + "`json:\"cpu_ms\"`" + `
		}
	}
	json.Unmarshal([]byte(line), &x)
	pass := x.N == 1 && x.Learner.OK == x.Reference.OK && x.Learner.CPU != nil
	fmt.Fprintf(out, "{\"check\":\"sums\",\"case\":%q,\"pass\":%v,\"got\":\"%d\"}\n", first.Seed, pass, x.Learner.OK)
	fmt.Fprintln(out, ` + "`" + `{"n":2,"call":"loop","args":[],"timeout_ms":200}` + "`" + `)
	line, _ = in.ReadString('\n')
	json.Unmarshal([]byte(line), &x)
	fmt.Fprintf(out, "{\"check\":\"loops\",\"pass\":%v}\n", x.Learner.None == "timeout")
	fmt.Fprintln(out, ` + "`" + `{"done":true}` + "`" + `)
}
`

func TestDialogueWithJudge(t *testing.T) {
	job := sandbox.Job{
		Key: "test",
		Parts: []sandbox.Part{
			{Name: "judge", Packages: []sandbox.Package{{Path: "main", Trusted: true, Files: []sandbox.File{{Name: "judge.go", Content: judgeMain}}}}},
			probePart("learner", exerciseText), probePart("reference", exerciseText),
		},
		Dialogue: &sandbox.Dialogue{Seed: "s1"},
		Limits:   sandbox.Limits{Wall: 5 * time.Minute, CPU: time.Minute},
	}
	r := runJob(t, job)
	want := `{"check":"sums","case":"s1","pass":true,"got":"5"}` + "\n" + `{"check":"loops","pass":true}` + "\n" + `{"done":true}` + "\n"
	if string(r.Report) != want {
		t.Fatalf("report:\n%swant:\n%s%+v", r.Report, want, r)
	}
	if len(r.Exchanges) != 2 || r.Parts["judge"].Status != sandbox.StatusOK {
		t.Errorf("exchanges %d, judge %s", len(r.Exchanges), r.Parts["judge"].Status)
	}
}

// TestPartsAreBuiltInOrder compiles packages that need each other, given in
// the wrong order, with an import that one of them may not use.
func TestPartsAreBuiltInOrder(t *testing.T) {
	text := func(path, body string) sandbox.Package {
		return sandbox.Package{Path: path, Files: []sandbox.File{{Name: "x.go", Content: body}}}
	}
	part := sandbox.Part{Name: "main", Packages: []sandbox.Package{
		text("main", "package main\nimport (\"a\"; \"fmt\")\nfunc main() { fmt.Println(a.A) }\n"),
		text("a", "package a\nimport \"lib/b\"\nvar A = b.B + 1\n"),
		text("lib/b", "package b\nimport _ \"strings\"\nvar B = 1\n"),
	}}
	r := runJob(t, sandbox.Job{Parts: []sandbox.Part{part}})
	if got := printed(r.Parts["main"], sandbox.Stdout); got != "2\n" {
		t.Errorf("printed %q, want 2; %+v", got, r.Parts["main"])
	}
	part.Packages[2].Deny = []string{"strings"}
	r = runJob(t, sandbox.Job{Parts: []sandbox.Part{part}})
	if d := r.Parts["main"].Diagnostics; r.Status != sandbox.StatusRefused || len(d) != 1 || d[0].Code != "refused:import" || d[0].Line != 2 {
		t.Errorf("with a denied import: %s %+v", r.Status, d)
	}
	part.Packages[2] = text("lib/b", "package b\nimport \"a\"\nvar B = a.A\n")
	r = runJob(t, sandbox.Job{Parts: []sandbox.Part{part}})
	if d := r.Parts["main"].Diagnostics; r.Status != sandbox.StatusCompileError || len(d) != 1 || !strings.HasPrefix(d[0].Message, "import cycle not allowed") {
		t.Errorf("with a cycle: %s %+v", r.Status, d)
	}
}
