package main

import (
	"fmt"
	"strings"
	"time"

	"course/tutor/sandbox"
)

// kind is something that is run, and how it may end.
type kind struct {
	name string
	job  sandbox.Job
	ends []sandbox.Status
	// often is how many of a hundred or so runs are of this kind: those that
	// take long are few.
	often int
}

func file(name, text string) []sandbox.File { return []sandbox.File{{Name: name, Content: text}} }

const hello = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"

const tests = `package main

import "testing"

func TestA(t *testing.T) { t.Log("a") }

func TestB(t *testing.T) {
	t.Run("sub", func(t *testing.T) {})
}

func BenchmarkA(b *testing.B) {
	for b.Loop() {
		_ = make([]byte, 8)
	}
}
`

// main is a program with a body and imports.
func program(body string, imports ...string) sandbox.Job {
	var b strings.Builder
	b.WriteString("package main\n\n")
	for _, path := range imports {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	b.WriteString("\nfunc main() {\n" + body + "\n}\n")
	return sandbox.Job{Files: file("main.go", b.String())}
}

// with changes a job.
func with(job sandbox.Job, change func(*sandbox.Job)) sandbox.Job {
	change(&job)
	return job
}

// kinds are everything that is run.
func kinds() []kind {
	const ok = sandbox.StatusOK
	is := func(s ...sandbox.Status) []sandbox.Status { return s }
	limit := func(job sandbox.Job, change func(*sandbox.Limits)) sandbox.Job {
		return with(job, func(j *sandbox.Job) { change(&j.Limits) })
	}
	sleeps := program("\ttime.Sleep(time.Hour)", "time")
	work := program("\tdone := make(chan bool)\n\tfor range 4 {\n\t\tgo func() {\n\t\t\tn := 0\n\t\t\tfor range 1000000 {\n\t\t\t\tn++\n\t\t\t}\n\t\t\tdone <- n > 0\n\t\t}()\n\t}\n\tfor range 4 {\n\t\tprintln(<-done)\n\t}")
	races := program("\tn := 0\n\tdone := make(chan bool)\n\tfor range 2 {\n\t\tgo func() { n++; done <- true }()\n\t}\n\t<-done\n\t<-done\n\tprintln(n)")
	test := sandbox.Job{Kind: sandbox.KindTest, Files: file("a_test.go", tests)}
	return []kind{
		{"hello", sandbox.Job{Files: file("main.go", hello)}, is(ok), 20},
		{"with advice", sandbox.Job{Files: file("main.go", hello), Vet: true}, is(ok), 6},
		{"built anew", sandbox.Job{Files: file("main.go", hello), Fresh: true}, is(ok), 4},
		{"input and arguments", with(program("\tb, _ := io.ReadAll(os.Stdin)\n\tprintln(len(b), len(os.Args))", "io", "os"), func(j *sandbox.Job) {
			j.Stdin, j.Args = strings.Repeat("x", 100_000), []string{"a", "b"}
		}), is(ok), 4},
		{"exit code", program("\tos.Exit(3)", "os"), is(sandbox.StatusRuntimeError), 4},
		{"panic", program("\tpanic(\"x\")"), is(sandbox.StatusRuntimeError), 4},
		{"deadlock", program("\tselect {}"), is(sandbox.StatusDeadlock), 4},
		{"goroutines left", program("\tfor range 1000 {\n\t\tgo func() { select {} }()\n\t}\n\tprintln(1)"), is(ok), 3},
		{"too much time", limit(sleeps, func(l *sandbox.Limits) { l.Wall = 100 * time.Millisecond }), is(sandbox.StatusTimeLimit), 3},
		{"too much processor time", limit(program("\tfor {\n\t}"), func(l *sandbox.Limits) { l.CPU = 100 * time.Millisecond }), is(sandbox.StatusTimeLimit), 2},
		{"too much memory", limit(program("\tvar keep [][]byte\n\tfor {\n\t\tb := make([]byte, 1<<20)\n\t\tfor i := range b {\n\t\t\tb[i] = 1\n\t\t}\n\t\tkeep = append(keep, b)\n\t}"), func(l *sandbox.Limits) { l.Memory = 32 << 20 }),
			// The runtime itself may come to want memory that it cannot have.
			is(sandbox.StatusMemoryLimit, sandbox.StatusRuntimeError), 3},
		{"too much output", limit(program("\tfor {\n\t\tfmt.Println(\"and on\")\n\t}", "fmt"), func(l *sandbox.Limits) { l.Output = 8 << 10 }), is(sandbox.StatusOutputLimit), 3},
		{"too many threads", limit(program("\tfor range 200 {\n\t\tgo func() { runtime.LockOSThread(); select {} }()\n\t}\n\ttime.Sleep(time.Hour)", "runtime", "time"), func(l *sandbox.Limits) { l.Processes, l.Wall = 16, time.Second }),
			is(sandbox.StatusProcessLimit), 2},
		{"too much on disk", limit(program("\tf, err := os.Create(\"/tmp/x\")\n\tfor err == nil {\n\t\t_, err = f.Write(make([]byte, 1<<16))\n\t}\n\tpanic(err)", "os"), func(l *sandbox.Limits) { l.Disk = 1 << 20 }), is(sandbox.StatusDiskLimit), 2},
		{"does not compile", sandbox.Job{Files: file("main.go", "package main\n\nfunc main() { x := 1 }\n")}, is(sandbox.StatusCompileError), 3},
		{"refused", sandbox.Job{Files: file("main.go", "package main\n\nimport \"C\"\n\nfunc main() {}\n")}, is(sandbox.StatusRefused), 2},
		{"trace", with(work, func(j *sandbox.Job) { j.Trace = true }), is(ok), 5},
		{"CPU profile", with(work, func(j *sandbox.Job) { j.Kind, j.Profile = sandbox.KindProfile, "cpu" }), is(ok), 2},
		{"heap profile", with(work, func(j *sandbox.Job) { j.Kind, j.Profile = sandbox.KindProfile, "heap" }), is(ok), 2},
		{"assembly", with(work, func(j *sandbox.Job) { j.Kind = sandbox.KindAsm }), is(ok), 1},
		{"tests", test, is(ok), 5},
		{"coverage", with(test, func(j *sandbox.Job) { j.Kind = sandbox.KindCover }), is(ok), 2},
		{"benchmarks", with(test, func(j *sandbox.Job) { j.Kind, j.Args = sandbox.KindBench, []string{"-count=2", "-benchtime=1ms"} }), is(ok), 3},
		{"tests with all besides", with(test, func(j *sandbox.Job) { j.Profile, j.Trace, j.Asm = "heap", true, true }), is(ok), 2},
		{"measured alone", with(sandbox.Job{Files: file("main.go", hello)}, func(j *sandbox.Job) { j.Alone = true }), is(ok), 2},
		{"race detector", with(sandbox.Job{Files: file("main.go", hello)}, func(j *sandbox.Job) { j.Race = true }), is(ok), 2},
		{"race", with(races, func(j *sandbox.Job) { j.Race = true }), is(sandbox.StatusRace, ok), 2},
		{"fake clock", with(sleeps, func(j *sandbox.Job) { j.Clock = sandbox.ClockFake }), is(ok), 3},
	}
}
