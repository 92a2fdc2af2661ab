package jail

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Credentials, Landlock and no_new_privs belong to a thread: none of ours may
// live beside the target.
func TestEveryThreadIsConfined(t *testing.T) {
	r := run(t, Spec{}, "status")
	if r.Code != 0 || !strings.HasPrefix(r.Stdout, "threads 2") {
		t.Errorf("%+v %q", r.Exit, r.Stdout)
	}
}

func TestOnlyItselfInProc(t *testing.T) {
	r := run(t, Spec{}, "list", "/proc")
	for _, name := range strings.Fields(r.Stdout) {
		if name != "1" && name != "self" && name != "thread-self" {
			t.Errorf("sees /proc/%s", name)
		}
	}
	for _, file := range []string{"/proc/kallsyms", "/proc/cpuinfo", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"} {
		if r := run(t, Spec{}, "stat", file); r.Code != 1 {
			t.Errorf("sees %s", file)
		}
	}
}

// os/exec hands on whatever is open without close-on-exec.
func TestNoDescriptorLeaks(t *testing.T) {
	var pair [2]int
	if err := syscall.Pipe(pair[:]); err != nil { // without close-on-exec
		t.Fatal(err)
	}
	defer syscall.Close(pair[0])
	defer syscall.Close(pair[1])
	high, err := unix.FcntlInt(uintptr(pair[0]), unix.F_DUPFD, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(high)
	r := run(t, Spec{}, "fds")
	for _, line := range strings.Split(strings.TrimSpace(r.Stdout), "\n") {
		n, link, _ := strings.Cut(line, " ")
		fd, _ := strconv.Atoi(n)
		own := link == "/proc/1/fd" || strings.HasPrefix(link, "anon_inode:")
		if fd > 2 && !own {
			t.Errorf("descriptor %s is open: %s", n, link)
		}
	}
}

func TestExtraDescriptorsArrive(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ran := run(t, Spec{Extra: []*os.File{w}}, "write3", "hello")
	_ = w.Close()
	data, _ := bufio.NewReader(r).ReadString('\n')
	if data != "hello\n" || ran.Code != 0 {
		t.Errorf("got %q, %+v %q", data, ran.Exit, ran.Stdout)
	}
}

func TestRegularFilesAreRefused(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = Start(context.Background(), Spec{Path: targetOf(t), Args: []string{"prog"}, Stdout: f})
	if err == nil || !strings.Contains(err.Error(), "use a pipe") {
		t.Errorf("error %v", err)
	}
}

func TestReadOnly(t *testing.T) {
	for _, path := range []string{"/x", "/app/prog", "/etc/hosts", "/src/new", "/dev/null2", "/proc/self/comm"} {
		if r := run(t, Spec{Files: []File{{Path: "/src/a", Data: []byte("a")}}}, "write", path); r.Code != 1 {
			t.Errorf("wrote %s: %+v %q", path, r.Exit, r.Stderr)
		}
	}
	if r := run(t, Spec{}, "write", "/tmp/x"); r.Code != 0 {
		t.Errorf("could not write /tmp/x: %q", r.Stdout)
	}
}

func TestLoopbackWorks(t *testing.T) {
	needsLayers(t, Net)
	if r := run(t, Spec{Network: true}, "loopback"); r.Code != 0 {
		t.Errorf("%q %q", r.Stdout, r.Stderr)
	}
}

// TestNoNetworkNotAskedFor: a target that was not given a network can make no
// socket, and is not in our network either.
func TestNoNetworkNotAskedFor(t *testing.T) {
	needsLayers(t, Net, Seccomp)
	for _, act := range [][]string{{"loopback"}, {"listen", "127.0.0.1:0"}, {"unix"}} {
		if r := run(t, Spec{}, act...); r.Code != 1 || !strings.Contains(r.Stdout, "permission denied") {
			t.Errorf("%v: %+v", act, r)
		}
		if r := run(t, Spec{Network: true}, act...); r.Code != 0 {
			t.Errorf("control: %v with a network: %+v", act, r)
		}
	}
	ours := netOf(t, os.Getpid())
	seen := map[string]bool{}
	for _, spec := range []Spec{{}, {Without: []Layer{Seccomp}}, {Network: true}, {Network: true}} {
		spec.Path, spec.Args = targetOf(t), []string{"prog", "sleep", "60000"}
		p, err := machine().start(context.Background(), spec)
		if err != nil {
			t.Fatal(err)
		}
		its := netOf(t, p.PID())
		if its == ours || seen[its] {
			t.Errorf("%+v: it shares %s", spec, its)
		}
		seen[its] = true
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
		if _, err := p.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// netOf names the network namespace of a process.
func netOf(t *testing.T, pid int) string {
	t.Helper()
	name, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestNothingElseIsExecuted(t *testing.T) {
	for _, act := range [][]string{{"exec", "/bin/sh"}, {"execcopy"}} {
		if r := run(t, Spec{}, act...); r.Code != 1 {
			t.Errorf("%v: %+v %q", act, r.Exit, r.Stdout)
		}
	}
}

func TestLimitsCannotBeRaised(t *testing.T) {
	for _, resource := range []int{unix.RLIMIT_FSIZE, unix.RLIMIT_NOFILE, unix.RLIMIT_CPU} {
		if r := run(t, Spec{}, "raise", strconv.Itoa(resource)); r.Code != 1 {
			t.Errorf("raised limit %d: %+v", resource, r.Exit)
		}
	}
}

// A child that the target leaves behind ends with it, and lets go of its pipes.
func TestNothingStaysBehind(t *testing.T) {
	needsLayers(t, PID, CgroupMemory, CgroupPIDs)
	began := time.Now()
	if r := run(t, Spec{}, "daemon"); r.Code != 0 {
		t.Fatalf("%+v %q", r.Exit, r.Stdout)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("its pipe was held for %v", took)
	}
}

func TestCancelKills(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p, err := Start(ctx, Spec{Path: targetOf(t), Args: []string{"prog", "spin"}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	exit, err := p.Wait()
	if err != nil || exit.Signal != syscall.SIGKILL || exit.Code != -1 {
		t.Errorf("%+v %v", exit, err)
	}
	if err := p.Kill(); err != nil {
		t.Errorf("kill after the end: %v", err)
	}
}

// A server that is killed takes its jails with it.
func TestDiesWithItsParent(t *testing.T) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "JAIL_TEST_PARENT="+targetOf(t))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || syscall.Kill(pid, 0) == syscall.ESRCH {
		t.Fatalf("no jail was started: %q", line)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for range 500 {
		if state := stateOf(pid); state == "" || state == "Z" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d lives on: %s", pid, stateOf(pid))
}

func stateOf(pid int) string {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	return string(bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])[0])
}

// beParent is the server of TestDiesWithItsParent.
func beParent(exe string) {
	p, err := Start(context.Background(), Spec{Path: exe, Args: []string{"prog", "sleep", "60000"}})
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(strconv.Itoa(p.PID()) + "\n")
	_, _ = p.Wait()
}
