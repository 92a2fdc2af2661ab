package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"course/tutor/sandbox"
)

// server is a tutor that was built for this run and serves a data folder.
type server struct {
	bin, data string
	cmd       *exec.Cmd
	URL       string `json:"url"`
	Token     string `json:"token"`
}

// httpBars are the bars of what a person waits for: everything over HTTP,
// against the same work done bare.
func httpBars(ctx context.Context, b *bench, data string) ([]bar, func(), error) {
	s := &server{bin: filepath.Join(b.dir, "tutor"), data: data}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", s.bin, "./cmd/tutor")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("build tutor: %w: %s", err, out)
	}
	if err := s.start(ctx); err != nil {
		return nil, nil, err
	}
	bars := []bar{
		{name: "changed hello world over HTTP to its first output, by bare compiler, linker and program", limit: 1.15,
			ours: func(ctx context.Context) (time.Duration, error) { return s.run(ctx, b.hello()) }, baseline: b.bare},
		{name: "the same, by go run", limit: 0.6,
			ours: func(ctx context.Context) (time.Duration, error) { return s.run(ctx, b.hello()) }, baseline: b.goRun},
		{name: "changed net/http program over HTTP to its first output, by bare", limit: 1.10,
			ours: func(ctx context.Context) (time.Duration, error) { return s.run(ctx, b.httpProgram()) }, baseline: b.bareServer},
		{name: "unchanged code over HTTP to its first output, ms", limit: 15, adds: true,
			ours: func(ctx context.Context) (time.Duration, error) { return s.run(ctx, same) }, baseline: nothing},
		{name: "changed code that was built in the pause, over HTTP to its first output, ms", limit: 15, adds: true,
			ours: func(ctx context.Context) (time.Duration, error) { return s.runAfterPause(ctx, b.hello()) }, baseline: nothing},
		{name: "changed hello world over HTTP, interpreted, to its first output, ms", limit: 10, adds: true,
			ours: func(ctx context.Context) (time.Duration, error) { return s.runInterpreted(ctx, b.hello()) }, baseline: nothing},
		{name: "first page after the process starts, ms", limit: 300, adds: true, ours: s.firstPage, baseline: nothing},
		{name: "memory of an idle server, MB", limit: 60, adds: true, ours: s.memory, baseline: nothing},
		{name: "memory that a server gains over 300 runs, MB", limit: 8, adds: true, once: true, baseline: nothing,
			ours: func(ctx context.Context) (time.Duration, error) { return s.gain(ctx, b) }},
	}
	for i := range 6 {
		bars[i].cpu = func() time.Duration { return ownCPU() + s.cpu() }
	}
	return bars, s.stop, nil
}

// firstRunBar is the first Run of all with an empty data folder and an empty
// build cache. It is slow, so it is measured once.
func (b *bench) firstRunBar(bin string) bar {
	return bar{name: "first run of hello world with an empty build cache, ms", limit: 10_000, adds: true, once: true, baseline: nothing,
		ours: func(ctx context.Context) (time.Duration, error) {
			dir, err := os.MkdirTemp(b.dir, "first-")
			if err != nil {
				return 0, err
			}
			defer os.RemoveAll(dir)
			file := filepath.Join(dir, "main.go")
			if err := os.WriteFile(file, []byte(b.hello()[0].Content), 0o644); err != nil {
				return 0, err
			}
			cmd := exec.CommandContext(ctx, bin, "run", "--data", filepath.Join(dir, "data"), file)
			cmd.Env = append(os.Environ(), "GOCACHE="+filepath.Join(dir, "cache"))
			return firstOutput(cmd)
		}}
}

// same is hello world, each time the same.
var same = []sandbox.File{{Name: "main.go", Content: "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(2) }\n"}}

func nothing(context.Context) (time.Duration, error) { return 0, nil }

// start starts the server and waits until it has said where it is.
func (s *server) start(ctx context.Context) error {
	announced := filepath.Join(s.data, "server.json")
	if err := os.Remove(announced); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	s.cmd = exec.CommandContext(ctx, s.bin, "serve", "--no-open", "--addr", "127.0.0.1:0", "--data", s.data)
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for range 20_000 {
		text, err := os.ReadFile(announced)
		if err == nil && json.Unmarshal(text, s) == nil {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("the server did not say where it is")
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// request asks the server with the token of its data folder.
func (s *server) request(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream, text/html")
	resp, err := http.DefaultClient.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		resp.Body.Close()
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	return resp, err
}

// run is the time from sending a program, which is to be compiled, to the first
// event with its output.
func (s *server) run(ctx context.Context, files []sandbox.File) (time.Duration, error) {
	return s.runBy(ctx, files, sandbox.EngineGo)
}

// runInterpreted is run by the interpreter, once it has had time to start the
// next child: a person needs longer to press Run again.
func (s *server) runInterpreted(ctx context.Context, files []sandbox.File) (time.Duration, error) {
	time.Sleep(300 * time.Millisecond)
	return s.runBy(ctx, files, sandbox.EngineInterp)
}

func (s *server) runBy(ctx context.Context, files []sandbox.File, engine string) (time.Duration, error) {
	body, err := json.Marshal(map[string]any{"files": files, "engine": engine})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	resp, err := s.request(ctx, http.MethodPost, "/api/runs", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var first time.Duration
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if first == 0 && lines.Text() == "event: out" {
			first = time.Since(began)
		}
	}
	if first == 0 {
		return 0, errors.New("the program printed nothing")
	}
	return first, lines.Err()
}

// runAfterPause is run for a program that is first built as the page has it
// built while the reader pauses; that time does not count.
func (s *server) runAfterPause(ctx context.Context, files []sandbox.File) (time.Duration, error) {
	body, err := json.Marshal(map[string]any{"files": files, "engine": sandbox.EngineGo})
	if err != nil {
		return 0, err
	}
	resp, err := s.request(ctx, http.MethodPost, "/api/ahead", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var answer struct{ Ahead sandbox.Ahead }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Ahead != sandbox.AheadBuilt {
		return 0, fmt.Errorf("it was not built ahead: %s", answer.Ahead)
	}
	time.Sleep(after) // a person needs longer to press Run
	return s.run(ctx, files)
}

// firstPage starts the server anew and is the time until the home page is
// there.
func (s *server) firstPage(ctx context.Context) (time.Duration, error) {
	s.stop()
	began := time.Now()
	if err := s.start(ctx); err != nil {
		return 0, err
	}
	resp, err := s.request(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return time.Since(began), err
}

// memory is what the idle server holds, in MB; a bar's number is in ms, so
// that one MB is one ms.
func (s *server) memory(context.Context) (time.Duration, error) {
	time.Sleep(500 * time.Millisecond) // what started with it has settled
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	return time.Duration(kib) * time.Millisecond / 1024, err
}

// gain is how much more the server holds after 300 runs, one in ten of them of
// a new program, than after the first 60, in MB as memory has it.
func (s *server) gain(ctx context.Context, b *bench) (time.Duration, error) {
	var before time.Duration
	for i := range 360 {
		if i == 60 {
			var err error
			if before, err = s.memory(ctx); err != nil {
				return 0, err
			}
		}
		files := same
		if i%10 == 0 {
			files = b.hello()
		}
		if _, err := s.run(ctx, files); err != nil {
			return 0, err
		}
	}
	now, err := s.memory(ctx)
	return now - before, err
}

// cpu is what the server and all that it has waited for have used. The kernel
// tells it in hundredths of a second, so that only sums over many runs count.
func (s *server) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	ticks := 0
	for _, f := range fields[11:15] { // utime, stime, cutime, cstime
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
