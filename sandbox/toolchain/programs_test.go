package toolchain

import (
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// ending is a program and how it must end.
type ending struct {
	name   string
	body   string // after the package clause
	job    func(*sandbox.Job)
	status sandbox.Status
	code   int
	stdout string
	diag   string // FILE:LINE that a diagnostic must point at
	limit  string
}

// endings is one program for each way to end.
func endings() []ending {
	limits := func(change func(*sandbox.Limits)) func(*sandbox.Job) {
		return func(j *sandbox.Job) { change(&j.Limits) }
	}
	return []ending{
		{name: "hello", body: `import "fmt"
func main() { fmt.Println("hello") }`, status: sandbox.StatusOK, stdout: "hello\n"},
		{name: "stdin and args", body: `import ("fmt"; "io"; "os")
func main() { b, _ := io.ReadAll(os.Stdin); fmt.Println(string(b), os.Args[1:], os.Getenv("K")) }`,
			job: func(j *sandbox.Job) {
				j.Stdin, j.Args, j.Env = "in", []string{"-x", "y"}, []string{"K=v"}
			}, status: sandbox.StatusOK, stdout: "in [-x y] v\n"},
		{name: "exit code", body: `import "os"
func main() { os.Exit(3) }`, status: sandbox.StatusRuntimeError, code: 3},
		{name: "panic", body: `func f(s []int) int { return s[len(s)] }
func main() {
	f([]int{1})
}`, status: sandbox.StatusRuntimeError, code: 2, diag: "main.go:2"},
		{name: "panic in a goroutine", body: `func main() {
	go func() { panic("x") }()
	select {}
}`, status: sandbox.StatusRuntimeError, code: 2, diag: "main.go:3"},
		{name: "deadlock", body: `func main() {
	c := make(chan int)
	<-c
}`, status: sandbox.StatusDeadlock, code: 2, diag: "main.go:4"},
		{name: "deadlock of many", body: `func main() {
	c := make(chan int)
	for range 5000 {
		go func() { c <- 1; c <- 1 }()
	}
	for range 5000 { <-c }
	select {}
}`, job: limits(func(l *sandbox.Limits) { l.Output = 8 << 10 }), status: sandbox.StatusDeadlock, code: 2, diag: "main.go:8"},
		{name: "goexit", body: `import "runtime"
func main() { runtime.Goexit() }`, status: sandbox.StatusDeadlock, code: 2},
		{name: "map writes", body: `func main() {
	m := map[int]int{}
	for range 8 {
		go func() { for i := 0; ; i++ { m[i%10] = i } }()
	}
	select {}
}`, status: sandbox.StatusRuntimeError, code: 2},
		{name: "stack overflow", body: `func f(n int) int { return f(n+1) + 1 }
func main() { f(0) }`, status: sandbox.StatusRuntimeError, code: 2, diag: "main.go:2"},
		{name: "memory", body: `var keep [][]byte
func main() {
	for {
		b := make([]byte, 1<<20)
		for i := range b { b[i] = 1 }
		keep = append(keep, b)
	}
}`, job: limits(func(l *sandbox.Limits) { l.Memory = 64 << 20 }), status: sandbox.StatusMemoryLimit, limit: "memory"},
		{name: "wall", body: `import "time"
func main() {
	time.Sleep(time.Hour)
}`, job: limits(func(l *sandbox.Limits) { l.Wall = 500 * time.Millisecond }), status: sandbox.StatusTimeLimit, code: 2, diag: "main.go:4", limit: "wall"},
		{name: "processor time", body: `import "fmt"
func main() {
	for {
		fmt.Sprint(1)
	}
}`, job: limits(func(l *sandbox.Limits) { l.CPU = 300 * time.Millisecond }), status: sandbox.StatusTimeLimit, code: 2, limit: "cpu", diag: "main.go:5"},
		{name: "deaf to signals", body: `import ("os/signal"; "syscall"; "time")
func main() {
	signal.Ignore(syscall.SIGQUIT, syscall.SIGTERM)
	time.Sleep(time.Hour)
}`, job: limits(func(l *sandbox.Limits) { l.Wall = 500 * time.Millisecond }), status: sandbox.StatusTimeLimit, code: -1, limit: "wall"},
		{name: "flood", body: `import "os"
func main() {
	b := make([]byte, 1<<16)
	for { os.Stdout.Write(b) }
}`, status: sandbox.StatusOutputLimit, code: -1, limit: "output"},
		{name: "threads", body: `import ("runtime"; "time")
func main() {
	for range 500 {
		go func() { runtime.LockOSThread(); time.Sleep(time.Hour) }()
	}
	time.Sleep(time.Hour)
}`, status: sandbox.StatusProcessLimit, limit: "processes", code: 2},
		{name: "disk", body: `import ("log"; "os")
func main() {
	f, err := os.Create("/tmp/x")
	b := make([]byte, 1<<20)
	for err == nil { _, err = f.Write(b) }
	log.Fatal(err)
}`, job: limits(func(l *sandbox.Limits) { l.Disk = 4 << 20 }), status: sandbox.StatusDiskLimit, code: 1, limit: "disk"},
		{name: "forbidden", body: `import "syscall"
func main() {
	syscall.Unshare(syscall.CLONE_NEWUSER)
}`, status: sandbox.StatusForbidden, code: 2},
		{name: "printed deadlock", body: `import ("fmt"; "os")
func main() {
	fmt.Fprint(os.Stderr, "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n")
	os.Exit(2)
}`, status: sandbox.StatusRuntimeError, code: 2},
	}
}

func TestEndings(t *testing.T) {
	t.Parallel()
	needsEngine(t)
	for _, test := range endings() {
		t.Run(test.name, func(t *testing.T) {
			job := program("package main\n" + test.body)
			if test.job != nil {
				test.job(&job)
			}
			r := runJob(t, job)
			if r.Isolation.Level < 2 && (test.status == sandbox.StatusProcessLimit || test.status == sandbox.StatusDiskLimit) {
				lacking(t, "isolation level %d holds neither tasks nor disk", r.Isolation.Level)
			}
			if r.Status != test.status || test.code != 0 && r.ExitCode != test.code {
				t.Fatalf("%s, code %d, signal %q; want %s, code %d\n%s\n%+v", r.Status, r.ExitCode, r.Signal, test.status, test.code,
					printed(r, sandbox.Stderr), r.Diagnostics)
			}
			if test.stdout != "" && printed(r, sandbox.Stdout) != test.stdout {
				t.Errorf("printed %q, want %q", printed(r, sandbox.Stdout), test.stdout)
			}
			if test.diag != "" && !pointsAt(r.Diagnostics, test.diag) {
				t.Errorf("no diagnostic points at %s: %+v", test.diag, r.Diagnostics)
			}
			checkLimit(t, r, test.limit)
			if strings.Contains(printed(r, sandbox.Stderr), "SIGQUIT") {
				t.Errorf("the dump we asked for is in the program's output")
			}
		})
	}
}

func checkLimit(t *testing.T, r *sandbox.Result, name string) {
	t.Helper()
	switch {
	case name == "" && r.Limit != nil:
		t.Errorf("limit %+v", r.Limit)
	case name != "" && (r.Limit == nil || r.Limit.Name != name || r.Limit.Allowed <= 0 || r.Limit.Used < r.Limit.Allowed*0.8):
		t.Errorf("limit %+v, want %s with its numbers", r.Limit, name)
	}
	if (r.Truncated != nil) != (name == "output" || r.Status == sandbox.StatusDeadlock && r.Truncated != nil) {
		t.Errorf("truncated %+v", r.Truncated)
	}
}

func pointsAt(list []sandbox.Diagnostic, place string) bool {
	for _, d := range list {
		if place == at(d) {
			return true
		}
	}
	return false
}

func at(d sandbox.Diagnostic) string { return d.File + ":" + itoa(d.Line) }
