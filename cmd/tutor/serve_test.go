package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"course/tutor/site"
)

// serving is a tutor in a process of its own.
type serving struct {
	site.Running
	cmd *exec.Cmd
	dir string
}

// tutorCommand is our own binary under the name that makes it tutor.
func tutorCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "tutor")
	if err := os.Symlink(self, name); err != nil {
		t.Skipf("no links on this system: %v", err)
	}
	return exec.Command(name, args...)
}

// startServing starts tutor serve on a free port with a data folder of its own
// that shares the prepared toolchain.
func startServing(t *testing.T) *serving {
	t.Helper()
	s := &serving{dir: t.TempDir()}
	shared := filepath.Join(testData(t), "toolchain")
	if err := os.MkdirAll(shared, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(shared, filepath.Join(s.dir, "toolchain")); err != nil {
		t.Skipf("no links on this system: %v", err)
	}
	s.cmd = tutorCommand(t, "serve", "--no-open", "--addr", "127.0.0.1:0", "--data", s.dir)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Error("the server did not end when it was told to")
			_ = s.cmd.Process.Kill()
		}
	})
	eventually(t, "the server says where it is", func() bool {
		text, err := os.ReadFile(filepath.Join(s.dir, "server.json"))
		return err == nil && json.Unmarshal(text, &s.Running) == nil
	})
	return s
}

// eventually waits until something holds. The bound only ends a test that
// would never end.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("never happened: %s", what)
}

// get answers with status and body; the token is sent when withToken.
func (s *serving) get(t *testing.T, path string, withToken bool) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if withToken {
		req.Header.Set("Authorization", "Bearer "+s.Token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServeOpensForWhoHoldsTheToken(t *testing.T) {
	s := startServing(t)
	if code, _ := s.get(t, "/", false); code != http.StatusForbidden {
		t.Errorf("without the token: %d", code)
	}
	code, body := s.get(t, "/chapters/scheduler/internals", true)
	if code != http.StatusOK || !strings.Contains(body, "Scheduler internals") {
		t.Errorf("with the token: %d", code)
	}
	for _, name := range []string{"server.json", "token"} {
		info, err := os.Stat(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}

func TestServeAgainOpensTheOneThatRuns(t *testing.T) {
	s := startServing(t)
	out, err := tutorCommand(t, "--no-open", "--data", s.dir).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "open already") || !strings.Contains(string(out), s.URL) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestServeFailsWhereAnExplicitPortIsTaken(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	out, err := tutorCommand(t, "serve", "--no-open", "--addr", ln.Addr().String(), "--data", t.TempDir()).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitMisuse || !strings.Contains(string(out), "--addr") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestNothingOutlivesAKilledServer kills the server while a program runs that
// would never end.
func TestNothingOutlivesAKilledServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux does the kernel end a child with its parent")
	}
	needsGo(t)
	s := startServing(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.startEndless(ctx, t)
	children := childrenOf(t, s.cmd.Process.Pid)
	if len(children) == 0 {
		t.Fatal("the program is not among the processes, so this test can't fail")
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "every process of the killed server is gone", func() bool { return !slices.ContainsFunc(children, alive) })
}

// startEndless starts a program that prints once and then runs for ever, and
// returns when it has printed.
func (s *serving) startEndless(ctx context.Context, t *testing.T) {
	t.Helper()
	const body = `{"files":[{"name":"main.go","content":"package main\nfunc main() { println(\"started\"); for {} }\n"}],"limits":{"wall":60000}}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/api/runs", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	var last string
	for lines.Scan() {
		last = lines.Text()
		if strings.Contains(last, "started") {
			return
		}
	}
	t.Fatalf("%s: %s: %v", resp.Status, last, lines.Err())
}

// childrenOf lists the processes that one has started.
func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for _, word := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}

// alive says whether a process is there and not only waits to be reaped.
func alive(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(text), ") Z ")
}
