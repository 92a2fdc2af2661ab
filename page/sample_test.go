package page

import (
	"sync"
	"testing"
	"testing/fstest"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
)

// sampleSection has one of everything an author can write.
const sampleSection = "---\ntitle: Who runs next\nminutes: 18\nobjectives: [Say where a ready goroutine waits, Read a run queue off a trace]\nexercises: [\"03-01\"]\n---\n" + `
A *P* is a licence to run Go code. Each P keeps its own queue of goroutines that are ready, so that the common case, take one and run it, needs no lock.

## One slot, one ring

A P holds ready goroutines in two places. ` + "`runnext`" + ` is a single slot; behind it is a ring with room for [256](src:runtime/runtime2.go "runq +\[(256)\]guintptr"). A goroutine is [runnable](state:runnable) until it is [running](state:running).

> **Why a slot at all?** A goroutine that wakes another usually wants its answer soon. The slot lets the two run back to back.

<!-- predict -->
Five goroutines, started in order, with one P. In which order do they print?

- [ ] 0 1 2 3 4
- [x] 4 0 1 2 3
- [ ] no fixed order

` + "```go run id=order procs=1 file=order.go\npackage main\n\nimport (\n\t\"fmt\"\n\t\"sync\"\n)\n\nfunc main() {\n\tvar wg sync.WaitGroup\n\tfor i := range 5 {\n\t\twg.Go(func() {\n\t\t\tfmt.Println(\"goroutine\", i) // who is first?\n\t\t})\n\t}\n\twg.Wait()\n}\n```\n```text output\ngoroutine 4\ngoroutine 0\ngoroutine 1\ngoroutine 2\ngoroutine 3\n```\n" + `
> [!WARNING]
> **Don’t build on it.** This order is how the scheduler works today, not a promise of the language.

## When the ring is empty

A P without work of its own looks elsewhere, in this order:

<!-- steps -->
1. on every 61st turn, the global queue
2. its own ` + "`runnext`" + `, then its own ring
3. the other Ps: it **steals half** of what one of them has

| Where | Lock |
|---|---|
| runnext, ring | none |
| global queue | one |

` + "```go run id=jobs trace procs=4 file=jobs.go\npackage main\n\nfunc main() {\n\tfor range 24 {\n\t\tgo func() {}()\n\t}\n}\n```\n" + `
` + "```go run id=two\n-- main.go --\npackage main\n\nfunc main() { spin() }\n-- spin.go --\npackage main\n\nfunc spin() {}\n```\n" + `
<details><summary>Hint 1: a question</summary>

Who decides which job a goroutine does?

</details>
<details><summary>Hint 2: a direction</summary>

Let the goroutines take indexes from a channel.

</details>

<!-- quiz id=full -->
P0’s ring holds 256 goroutines. Its goroutine starts one more. What happens?

- [ ] The ring grows to 512

  Its size is fixed.
- [x] Half of the ring goes to the global queue

  128 from the head of the ring, in one locked step.
- [ ] The ` + "`go`" + ` statement blocks
`

// sampleStates has a listing for every way to end.
func sampleStates() string {
	s := "---\ntitle: Every state\nminutes: 5\n---\nListings and how they end.\n\n## States\n"
	for _, name := range sampleStateNames() {
		s += "\n```go run id=" + name + " file=send.go\npackage main\n\nimport \"fmt\"\n\nfunc main() {\n\tjobs := make(chan int)\n\tn := 3\n\tfor i := range 3 {\n\t\tjobs <- i\n\t}\n\tfmt.Println(\"sent\", len(jobs))\n}\n```\n"
	}
	return s
}

func sampleStateNames() []string {
	return []string{"fresh", "draft", "ok", "long", "compile", "panic", "deadlock", "memory", "time", "output", "race", "refused", "killed", "hostile"}
}

// loadSample reads the sample course once for all tests; nobody changes it.
var loadSample = sync.OnceValues(func() (*content.Course, error) {
	return content.Load(fstest.MapFS{
		"course.yaml":                {Data: []byte("title: Go under load\nlang: en\nchapters:\n  - 03-scheduler\n  - 04-memory\n")},
		"03-scheduler/index.md":      {Data: []byte("---\ntitle: Goroutines and the scheduler\nminutes: 4\nobjectives: [Predict who runs next, Find what a program waits for]\nexercises: [\"03-01\", \"03-02\"]\n---\nWho runs, who waits, and what it costs.\n\n## The map\n\nThree sections, two exercises.\n")},
		"03-scheduler/01-next.md":    {Data: []byte(sampleSection)},
		"03-scheduler/02-states.md":  {Data: []byte(sampleStates())},
		"03-scheduler/03-blocked.md": {Data: []byte("---\ntitle: Blocking without blocking a thread\nminutes: 12\nstatus: coming\n---\nSystem calls and the poller.\n")},
		"04-memory/index.md":         {Data: []byte("---\ntitle: Memory and escapes\nminutes: 4\nstatus: coming\n---\nWhere values live.\n")},
	})
})

func sampleCourse(t *testing.T) *content.Course {
	t.Helper()
	course, err := loadSample()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range course.Problems {
		t.Errorf("sample course: %v", p)
	}
	return course
}

func sampleChrome(t *testing.T, path string) Chrome {
	return Chrome{
		Course: sampleCourse(t), Path: path, GoVersion: "go1.26.8",
		Isolation: sandbox.Isolation{Level: 2, Name: "isolated", Missing: []string{"cgroup_cpu"}},
		Mends:     []string{"cgroup_cpu: start tutor in a delegated cgroup"},
		States:    map[string]string{"section:scheduler/next": "read", "exercise:03-01": "tried"},
	}
}

func out(ms float64, stream, text string) sandbox.Output {
	return sandbox.Output{TMS: ms, Stream: stream, Text: text}
}

// sampleResults are the results of the listings of sampleStates.
func sampleResults() map[string]*sandbox.Result {
	ran := sandbox.Timing{RunMS: 3, CompileMS: 130, LinkMS: 80}
	ticks := []sandbox.Output{out(0, "stdout", "tick 0\n"), out(200, "stdout", "tick 1\n"), out(400, "stdout", "tick 2\n"), out(600, "stdout", "tick 3\ntick"), out(601, "stdout", " 4\n")}
	return map[string]*sandbox.Result{
		"ok":   {ID: "r1", Status: "ok", Timing: ran, Events: []sandbox.Output{out(1, "stdout", "sent 3\n")}},
		"long": {ID: "r2", Status: "ok", Timing: sandbox.Timing{RunMS: 1004}, Cached: true, Events: ticks},
		"compile": {ID: "r3", Status: "compile_error", Diagnostics: []sandbox.Diagnostic{
			{File: "send.go", Line: 7, Col: 2, Code: "UnusedVar", Message: "declared and not used: n", Explain: "You made n but nothing reads it. Go treats that as a mistake, since it’s usually a leftover or a typo. Use it, or delete the line."},
			{File: "send.go", Line: 9, Col: 11, Message: "undefined: i"}}},
		"panic": {ID: "r4", Status: "runtime_error", ExitCode: 2, Timing: sandbox.Timing{RunMS: 2},
			Events:      []sandbox.Output{out(1, "stderr", "panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.main()\n")},
			Diagnostics: []sandbox.Diagnostic{{File: "send.go", Line: 9, Code: "runtime:nil-map", Message: "assignment to entry in nil map", Explain: "A map must be made before you write to it. Reading a nil map gives zero values; writing to one panics."}}},
		"deadlock": {ID: "r5", Status: "deadlock", ExitCode: 2, Timing: sandbox.Timing{RunMS: 2},
			Events:      []sandbox.Output{out(1, "stderr", "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan send]:\n")},
			Diagnostics: []sandbox.Diagnostic{{File: "send.go", Line: 9, Code: "runtime:deadlock", Message: "all goroutines are asleep", Explain: "Nobody receives. chan send on an unbuffered channel waits for a receiver. Here main is the only goroutine, so none can come."}}},
		"memory":  {ID: "r6", Status: "memory_limit", Limit: &sandbox.LimitHit{Name: "memory", Used: 128 << 20, Allowed: 128 << 20, Unit: "bytes"}, Timing: sandbox.Timing{RunMS: 400}},
		"time":    {ID: "r7", Status: "time_limit", Limit: &sandbox.LimitHit{Name: "wall", Used: 2004, Allowed: 2000, Unit: "ms"}, Events: []sandbox.Output{out(1, "stdout", "begin\n")}},
		"output":  {ID: "r8", Status: "output_limit", Limit: &sandbox.LimitHit{Name: "output", Used: 1 << 20, Allowed: 1 << 20, Unit: "bytes"}, Truncated: &sandbox.Truncated{Stream: "stdout", KeptBytes: 1 << 20, DroppedBytes: 3 << 20}, Events: manyLines(900)},
		"race":    {ID: "r9", Status: "race", ExitCode: 66, Diagnostics: []sandbox.Diagnostic{{File: "send.go", Line: 8, Explain: "Two goroutines change sum without taking turns. sum++ reads, adds and writes, so one addition can be lost."}, {File: "send.go", Line: 9}}},
		"refused": {ID: "r10", Status: "refused", Diagnostics: []sandbox.Diagnostic{{File: "send.go", Line: 3, Col: 8, Code: "refused:cgo", Message: `import "C" is not available`, Explain: "Programs here are pure Go."}}},
		"killed":  {ID: "r11", Status: "killed", Timing: sandbox.Timing{RunMS: 800}},
		"hostile": {ID: "r12", Status: "ok", Timing: ran, Events: []sandbox.Output{out(1, "stdout", hostile+"\n"), out(2, "stderr", hostile)}},
	}
}

// hostile is what a program prints to become markup.
const hostile = `</code></textarea><script>alert(1)</script><img src=x onerror=alert(1)> "'&{{.}}`

func manyLines(n int) []sandbox.Output {
	var events []sandbox.Output
	for i := range n {
		events = append(events, out(float64(i)/10, "stdout", "all work and no play\n"))
	}
	return events
}

func sampleChapter(t *testing.T, slug string) ChapterView {
	t.Helper()
	path := "/chapters/scheduler"
	if slug != "" {
		path += "/" + slug
	}
	v := ChapterView{Chrome: sampleChrome(t, path), Cells: map[string]CellView{}, Exercises: map[string]*exercises.Exercise{"03-01": sampleExercise()}}
	v.Chapter = v.Course.Chapters[0]
	v.Page = v.Chapter.Page
	for _, s := range v.Chapter.Sections {
		if s.Slug == slug {
			v.Page = s
		}
	}
	for name, r := range sampleResults() {
		v.Cells[name] = CellView{Result: r}
	}
	recorded := &sandbox.Result{Status: "ok", GoVersion: "go1.26.8", Timing: sandbox.Timing{RunMS: 3}, Events: []sandbox.Output{out(1, "stdout", "goroutine 4\ngoroutine 0\n"), out(1.2, "stdout", "goroutine 1\ngoroutine 2\ngoroutine 3\n")}}
	v.Cells["order"] = CellView{Picked: 1, Result: sampleResults()["ok"]}
	v.Cells["fresh"] = CellView{Recorded: &Recording{Result: recorded}}
	v.Cells["draft"] = CellView{Version: 3, NewStarter: []FileChange{{Name: "send.go", Old: "a\nb\n", New: "a\nc\n"}}, Files: []sandbox.File{{Name: "send.go", Content: "package main\n\nfunc main() { println(\"</textarea>\") }\n"}}, Recorded: &Recording{Result: recorded}}
	return v
}

func sampleExercise() *exercises.Exercise {
	return &exercises.Exercise{
		ID: "03-01", Dir: "03-01-pool", Title: "Bound the pool", Chapter: "scheduler", Minutes: 25,
		Edit: []string{"pool.go"}, Show: []string{"pool_test.go"},
		Policy:  exercises.Policy{Attempts: "unlimited", Solution: "pass"},
		Starter: []sandbox.File{{Name: "pool.go", Content: "package pool\n\n// Map calls do for every job.\nfunc Map(jobs []int, workers int, do func(int) int) []int {\n\treturn nil\n}\n"}},
		Tests:   []sandbox.File{{Name: "pool_test.go", Content: "package pool\n\nimport \"testing\"\n\nfunc TestMap(t *testing.T) {}\n"}},
		Questions: []exercises.Question{
			{ID: "peak", Prompt: "How many goroutines lived at once, at most?", Kind: "number"},
			{ID: "waits", Prompt: "What did they wait for?", Kind: "choice", Choices: []string{"a channel", "a mutex", "the network"}},
		},
		Checks: []exercises.Check{
			{ID: "build", Title: "It compiles and vet is quiet", Kind: "build"},
			{ID: "order", Title: "Results come in the order of the jobs", Kind: "call", Points: 5},
			{ID: "bound", Title: "Starts no more goroutines than it needs", Kind: "trace", Points: 5, Hint: "start workers goroutines once, and let each take jobs until there are none."},
			{ID: "cpu", Title: "Costs at most 1.2 × the CPU of the reference", Kind: "cpu", Points: 3},
		},
	}
}

func sampleVerdict() *grade.Verdict {
	return &grade.Verdict{
		Exercise: "03-01", Status: grade.Failed, Points: 5, MaxPoints: 13, DurationMS: 1900,
		Checks: []grade.CheckResult{
			{ID: "build", Title: "It compiles and vet is quiet", Seal: grade.Sealed, Status: grade.Passed},
			{ID: "order", Title: "Results come in the order of the jobs", Seal: grade.Sealed, Status: grade.Passed, Points: 5, MaxPoints: 5},
			{ID: "bound", Title: "Starts no more goroutines than it needs", Seal: grade.Guarded, Status: grade.Failed, MaxPoints: 5,
				Message:  "You hold the number of calls down, but not the number of goroutines: line 3 starts one for every job, and each of them waits for a slot.",
				Expected: "created ≤ workers + 2 = 6", Got: "created 1,000",
				Evidence: []grade.Evidence{{Kind: "line", File: "pool.go", Line: 3, Text: "started 1,000"}, {Kind: "case", Text: "1,000 jobs, 4 workers"}, {Kind: "trace", TraceID: "t1", Goroutine: 7, FromMS: 1.25, ToMS: 2, Text: "G7 waited"}, {Kind: "trace", TraceID: "t1"}}},
			{ID: "cpu", Title: "Costs at most 1.2 × the CPU of the reference", Seal: grade.Sealed, Status: grade.NotJudged, MaxPoints: 3},
		},
	}
}

func sampleExerciseView(t *testing.T) ExerciseView {
	return ExerciseView{
		Chrome: sampleChrome(t, "/exercises/03-01"), Exercise: sampleExercise(), Version: 4, Changed: true,
		TaskHTML: "<p class=\"lede\">Write <code>Map</code>: it calls a function for every job, never more than <code>workers</code> at a time, and gives the results back in order.</p><p>A <code>go</code> statement is cheap, so the easy version starts one goroutine per job and lets them queue for permission.</p><h2>What is checked</h2><ol class=\"steps\"><li>Results stand in the order of the jobs.</li><li>At most <code>workers</code> calls run at once.</li></ol>",
		Hints:    []HintView{{"Hint 1: a question", "<p>Who decides which job a goroutine does?</p>"}, {"Hint 2: a direction", "<p>Let the goroutines take indexes from a channel.</p>"}},
		Files:    []sandbox.File{{Name: "pool.go", Content: "package pool\n\nimport \"sync\"\n\n// Map calls do for every job.\nfunc Map(jobs []int, workers int, do func(int) int) []int {\n\tout := make([]int, len(jobs))\n\tslots := make(chan struct{}, workers)\n\tvar wg sync.WaitGroup\n\tfor i, j := range jobs {\n\t\twg.Go(func() {\n\t\t\tslots <- struct{}{}\n\t\t\tout[i] = do(j)\n\t\t\t<-slots\n\t\t})\n\t}\n\twg.Wait()\n\treturn out\n}\n"}},
		Answers:  map[string]string{"peak": "1001", "waits": "a channel"},
		Verdict:  sampleVerdict(), MayAsk: true, AskingSays: "It costs nothing; you have tried.",
		NewStarter: []FileChange{{Name: "pool.go", Old: "a\nb\n", New: "a\nc\n"}},
	}
}

func sampleHome(t *testing.T) HomeView {
	return HomeView{
		Chrome: sampleChrome(t, "/"), Exercises: map[string]*exercises.Exercise{"03-01": sampleExercise()},
		Resume: &Resume{Title: "3.1 Who runs next", URL: "/chapters/scheduler/next", Chapter: "scheduler", Note: "Second program, with your changes in it."},
	}
}
