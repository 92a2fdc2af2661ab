package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
	"course/tutor/sandbox/toolchain"
)

// world is the host that the programs are out for.
type world struct {
	engine  *toolchain.Engine
	level   jail.Level
	cgroups bool

	text     string // of the secret file
	folder   string
	listener net.Listener
	abstract net.Listener
	victim   *exec.Cmd
	args     []string

	mu    sync.Mutex
	calls int // connections to either listener
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if runtime.GOOS != "linux" {
		lacking(t, "there is no jail on %s", runtime.GOOS)
	}
	w := &world{text: fmt.Sprintf("secret of %d", time.Now().UnixNano())}
	var err error
	if w.level, err = jail.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.level.Level < 2 {
		lacking(t, "the jail has only level %+v here", w.level)
	}
	w.cgroups = !slices.Contains(w.level.Missing, jail.CgroupMemory) && !slices.Contains(w.level.Missing, jail.CgroupPIDs)
	w.startEngine(t)
	w.plant(t)
	return w
}

func (w *world) startEngine(t *testing.T) {
	data := os.Getenv("TUTOR_TEST_DATA")
	if data == "" {
		data = t.TempDir()
	}
	engine, err := toolchain.New(toolchain.Config{DataDir: data, Slots: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	w.engine = engine
	hello := sandbox.Job{Key: "hostile", Files: []sandbox.File{{Name: "main.go", Content: "package main\n\nfunc main() { println(\"hello\") }\n"}}}
	if _, err := engine.Run(t.Context(), hello, nil); err != nil {
		lacking(t, "no program can be built here: %v", err)
	}
}

// plant puts out what the programs are told of: a file, a listener, a
// process, a folder, an abstract socket.
func (w *world) plant(t *testing.T) {
	dir, err := os.MkdirTemp("", "tutor-hostile-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w.folder = filepath.Join(dir, "folder")
	secret := filepath.Join(dir, "secret")
	must(t, os.Chmod(dir, 0o755), os.Mkdir(w.folder, 0o777), os.Chmod(w.folder, 0o777),
		os.WriteFile(secret, []byte(w.text), 0o644))
	w.listener = w.listen(t, "tcp4", "127.0.0.1:0")
	name := fmt.Sprintf("@tutor-hostile-%d", os.Getpid())
	w.abstract = w.listen(t, "unix", name)
	w.victim = exec.Command("sleep", "600")
	must(t, w.victim.Start())
	t.Cleanup(func() { _ = w.victim.Process.Kill(); _ = w.victim.Wait() })
	w.args = []string{secret, w.listener.Addr().String(), strconv.Itoa(w.victim.Process.Pid), w.folder, name}
}

func (w *world) listen(t *testing.T, network, address string) net.Listener {
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
			w.mu.Lock()
			w.calls++
			w.mu.Unlock()
		}
	}()
	return l
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// lacking skips a test, or fails it where everything is said to be there.
func lacking(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("TUTOR_CI") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// TestHostile runs every hostile program as a learner's would be run, and
// holds both how it ended and what it reached. Afterwards nothing of any of
// them may be left. The controls come last: the same programs, unconfined,
// do the harm that they are said to do.
func TestHostile(t *testing.T) {
	w := newWorld(t)
	programs := loadHostile(t)
	before := leftovers(t)
	t.Run("jailed", func(t *testing.T) {
		for _, h := range programs {
			t.Run(h.name, func(t *testing.T) {
				t.Parallel()
				w.jailed(t, h)
			})
		}
	})
	w.checkUntouched(t)
	for what, n := range leftovers(t) {
		if n > before[what] {
			t.Errorf("%d %s before, %d after", before[what], what, n)
		}
	}
	t.Run("control", func(t *testing.T) { w.controls(t, programs) })
}

// checkUntouched says what of the world was reached.
func (w *world) checkUntouched(t *testing.T) {
	if entries, err := os.ReadDir(w.folder); err != nil || len(entries) > 0 {
		t.Errorf("the folder of the host has %v, %v", entries, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls > 0 {
		t.Errorf("%d connections were made to the host", w.calls)
	}
	if err := w.victim.Process.Signal(nil0); err != nil {
		t.Errorf("the process of the host: %v", err)
	}
	if _, err := os.Stat("/tmp/tutor-hostile-generated"); err == nil {
		t.Error("a command was run when a program was built")
	}
}

func (w *world) jailed(t *testing.T, h hostile) {
	if only := h.keys["only"]; only != "" && only != runtime.GOARCH {
		t.Skipf("is for %s", only)
	}
	times := 1
	if n := h.keys["times"]; n != "" {
		times, _ = strconv.Atoi(n)
	}
	var wait sync.WaitGroup
	for range times {
		wait.Go(func() {
			result, err := w.engine.Run(context.Background(), w.job(t, h), nil)
			if err != nil {
				t.Errorf("a program made us fail: %v", err)
				return
			}
			w.judge(t, h, result)
		})
	}
	wait.Wait()
}

func (w *world) job(t *testing.T, h hostile) sandbox.Job {
	job := sandbox.Job{Key: h.name, Files: h.files, Args: w.args, Trace: h.keys["trace"] == "on", Fresh: true}
	for _, limit := range strings.Fields(h.keys["limits"]) {
		name, value, _ := strings.Cut(limit, "=")
		d, err := time.ParseDuration(value)
		switch {
		case err != nil:
			t.Errorf("limit %s: %v", limit, err)
		case name == "wall":
			job.Limits.Wall = d
		case name == "cpu":
			job.Limits.CPU = d
		default:
			t.Errorf("unknown limit %s", limit)
		}
	}
	return job
}

// judge holds a result against the header.
func (w *world) judge(t *testing.T, h hostile, r *sandbox.Result) {
	want, says := h.keys["status"], h.keys["says"]
	with, without, two := strings.Cut(says, "|")
	if two {
		says = with
	}
	if other := h.keys["without cgroups"]; other != "" && !w.cgroups {
		want = other
	}
	if two && !w.cgroups {
		says = without
	}
	output, diagnostics := texts(r)
	all := output + diagnostics
	t.Logf("%s, limit %+v, %+v, %+v\n%.1000s", r.Status, r.Limit, r.Usage, r.Timing, all)
	if !slices.Contains(strings.Split(want, ", "), string(r.Status)) {
		t.Errorf("status %s, want %s\n%+v\n%s", r.Status, want, r.Limit, all)
	}
	if !strings.Contains(all, says) {
		t.Errorf("does not say %q:\n%s", says, all)
	}
	if dump := h.keys["dump"]; !strings.Contains(all, dump) {
		t.Errorf("the dump lacks %q:\n%s", dump, all)
	}
	if strings.Contains(output, "HARM") {
		t.Errorf("did harm:\n%s", output)
	}
	w.judgeText(t, h, all)
}

// judgeText holds what must be true of any text that is shown to somebody.
func (w *world) judgeText(t *testing.T, h hostile, all string) {
	if strings.Contains(all, w.text) {
		t.Errorf("shows the secret:\n%s", all)
	}
	if !utf8.ValidString(all) {
		t.Errorf("shows what is no text: %q", all)
	}
	if len(all) > 1<<20 {
		t.Errorf("shows %d bytes", len(all))
	}
	if h.archive && regexp.MustCompile(`root:x:0`).MatchString(all) {
		t.Errorf("shows a file of the host:\n%s", all)
	}
}

func texts(r *sandbox.Result) (output, diagnostics string) {
	var out, diag bytes.Buffer
	for _, e := range r.Events {
		out.WriteString(e.Text)
	}
	for _, d := range r.Diagnostics {
		fmt.Fprintf(&diag, "%s:%d: %s %s\n", d.File, d.Line, d.Message, d.Explain)
	}
	return out.String(), diag.String()
}

// controls runs the programs unconfined, as far as that is safe.
func (w *world) controls(t *testing.T, programs []hostile) {
	dir := t.TempDir()
	for _, h := range programs {
		how, why, _ := strings.Cut(h.keys["control"], ", ")
		switch {
		case h.archive:
			continue
		case how == "none" && why != "":
			continue
		case how == "root" && os.Geteuid() != 0:
			continue
		case how != "plain" && how != "root":
			t.Errorf("%s: control %q is not one of plain, root, none with a reason", h.name, how)
			continue
		}
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			out := w.unconfined(t, filepath.Join(dir, h.name), h)
			if !strings.Contains(out, "HARM") {
				t.Errorf("does no harm even unconfined, so that nothing is shown by it:\n%s", out)
			}
		})
	}
}

func (w *world) unconfined(t *testing.T, exe string, h hostile) string {
	build := exec.Command("go", "build", "-buildvcs=false", "-o", exe, "testdata/hostile/"+h.name+".go", "testdata/hostile/say.go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, w.args...)
	cmd.Env = []string{"SECRET_OF_THE_SERVER=1"}
	out, _ := cmd.CombinedOutput()
	return string(out)
}
