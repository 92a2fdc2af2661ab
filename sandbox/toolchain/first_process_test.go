package toolchain

import (
	"testing"

	"course/tutor/sandbox"
)

// differences are what a program sees otherwise than under go run, because it
// is the first process of its namespace, in a jail. Nothing else may differ.
var differences = []struct {
	name   string
	body   string
	ours   string // what it prints here
	code   int
	theirs string // under go run, "?" when it varies from machine to machine
	status int    // its exit code there
}{
	{"its number", `println(os.Getpid())`, "1\n", 0, "?", 0},
	{"its parent", `println(os.Getppid())`, "0\n", 0, "?", 0},
	{"a signal to itself that nobody handles", `
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	time.Sleep(time.Minute)`, "", 2, "", 1},
	{"killing itself", `
	fmt.Println(syscall.Kill(os.Getpid(), syscall.SIGKILL))
	fmt.Println("still here")`, "<nil>\nstill here\n", 0, "", 1},
	{"killing its parent", `fmt.Println(syscall.Kill(os.Getppid(), 0))`, "<nil>\n", 0, "?", 0},
	{"host name", `
	name, err := os.Hostname()
	fmt.Println(name, err)`, "sandbox <nil>\n", 0, "?", 0},
	{"folder", `
	dir, err := os.Getwd()
	fmt.Println(dir, err)`, "/tmp <nil>\n", 0, "?", 0},
	{"environment", `fmt.Println(len(os.Environ()), os.Getenv("HOME"), os.Getenv("TZ"))`, "7 /tmp UTC\n", 0, "?", 0},
	{"other programs", `
	_, err := os.Stat("/bin/sh")
	fmt.Println(err)`, "stat /bin/sh: no such file or directory\n", 0, "?", 0},
	{"network", `
	_, err := net.Dial("tcp", "192.0.2.1:80")
	fmt.Println(err)`, "dial tcp 192.0.2.1:80: connect: network is unreachable\n", 0, "?", 0},
	{"deep recursion", `
	var f func(int) int
	f = func(n int) int { var pad [1 << 10]byte; if n == 0 { return int(pad[0]) }; return f(n-1) + int(pad[n%10]) }
	fmt.Println(f(100_000))`, "", 2, "0\n", 0},
}

// alike are what must not differ, though it might.
var alike = map[string]string{
	"a broken channel of its own": `
	r, w, _ := os.Pipe()
	r.Close()
	_, err := w.Write([]byte("x"))
	fmt.Println(err)`,
	"a handled signal": `
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-c)`,
	"first file": `
	f, err := os.Create(os.TempDir() + "/x")
	fmt.Println(f.Fd() < 10, err)`,
	"loopback": `
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println(err)
	go func() { c, _ := l.Accept(); c.Write([]byte("hi")); c.Close() }()
	c, err := net.Dial("tcp", l.Addr().String())
	fmt.Println(err)
	b, err := io.ReadAll(c)
	fmt.Println(string(b), err)`,
	"defer and exit": `
	defer fmt.Println("never")
	os.Exit(7)`,
	"panic value": `
	defer func() { fmt.Println(recover()) }()
	var m map[string]int
	m["x"] = 1`,
	"threads": `
	runtime.LockOSThread()
	fmt.Println(runtime.NumGoroutine(), debug.SetMaxThreads(100) > 0)`,
}

func firstProcess(body string) sandbox.Job {
	return program(`package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

var _, _, _, _, _, _, _, _, _ = fmt.Print, io.EOF, net.Dial, os.Exit, signal.Notify, runtime.GC, debug.FreeOSMemory, syscall.Kill, time.Now

func main() {
` + body + "\n}\n")
}

func TestDifferencesFromGoRun(t *testing.T) {
	t.Parallel()
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Run(d.name, func(t *testing.T) {
			job := firstProcess(d.body)
			r := runJob(t, job)
			if got := printed(r, sandbox.Stdout) + onlyNumbers(printed(r, sandbox.Stderr)); got != d.ours || r.ExitCode != d.code {
				t.Errorf("here: code %d, %q; stated: code %d, %q\n%s", r.ExitCode, got, d.code, d.ours, printed(r, sandbox.Stderr))
			}
			if d.theirs == "?" {
				return
			}
			if stdout, code := goRun(t, l.tool, asFile(t, job), job); stdout != d.theirs || code != d.status {
				t.Errorf("under go run: code %d, %q; stated: code %d, %q", code, stdout, d.status, d.theirs)
			}
		})
	}
	for name, body := range alike {
		t.Run(name, func(t *testing.T) {
			job := firstProcess(body)
			r := runJob(t, job)
			stdout, code := goRun(t, l.tool, asFile(t, job), job)
			if got := printed(r, sandbox.Stdout); got != stdout || r.ExitCode != code {
				t.Errorf("here: code %d, %q; under go run: code %d, %q\n%s", r.ExitCode, got, code, stdout, printed(r, sandbox.Stderr))
			}
		})
	}
}
