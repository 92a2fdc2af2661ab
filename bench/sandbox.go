package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
	"course/tutor/sandbox/toolchain"
)

// bench is what the bars share.
type bench struct {
	engine *toolchain.Engine
	dir    string // for what is built bare
	edits  atomic.Int64
	hello  string // a built program
	tool   string // the compiler
}

// started makes the programs of this run others than those of a run before,
// which the data folder may still hold.
var started = time.Now().UnixNano()

// sandboxBars are the bars about building and running.
func sandboxBars(ctx context.Context, data string) (*bench, []bar, func(), error) {
	engine, err := toolchain.New(toolchain.Config{DataDir: data})
	if err != nil {
		return nil, nil, nil, err
	}
	b := &bench{engine: engine}
	closeAll := func() {
		engine.Close()
		os.RemoveAll(b.dir)
	}
	if err := b.prepare(ctx); err != nil {
		closeAll()
		return nil, nil, nil, err
	}
	return b, []bar{
		{name: "edit to first output, by bare compiler, linker and program", limit: 1.25, ours: b.edited, baseline: b.bare},
		{name: "edit to first output, by go run", limit: 0.6, ours: b.edited, baseline: b.goRun},
		{name: "unchanged code to first output, by bare", limit: 0.25, ours: b.unchanged, baseline: b.bare},
		{name: "the run jail adds, ms", limit: 5, adds: true, ours: b.jailedRun, baseline: b.plainRun},
		{name: "the build jail adds, ms", limit: 6, adds: true, ours: b.jailedTool, baseline: b.plainTool},
	}, closeAll, nil
}

// prepare waits until all of the standard library is compiled, so that this
// is not measured, and builds a program for the jails.
func (b *bench) prepare(ctx context.Context) error {
	var err error
	if b.dir, err = os.MkdirTemp("", "tutor-bare-"); err != nil {
		return err
	}
	if err := b.complete(ctx); err != nil {
		return err
	}
	commands, _, err := b.engine.Bare(ctx, b.program(), b.dir)
	if err != nil {
		return err
	}
	b.tool = commands[0].Exe
	if _, err := b.bare(ctx); err != nil {
		return err
	}
	b.hello = filepath.Join(b.dir, "hello")
	return os.Rename(filepath.Join(b.dir, "tmp", "program"), b.hello)
}

func (b *bench) complete(ctx context.Context) error {
	for {
		for _, set := range b.engine.Doctor(ctx).Sets {
			if set.Current && set.Ready {
				return nil
			}
		}
		if problem := b.engine.Problem(); problem != nil {
			return problem
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// program is hello world, each time another, and in each run of bench.
func (b *bench) program() []sandbox.File {
	text := fmt.Sprintf("package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\", %d, %d)\n}\n", started, b.edits.Add(1))
	return []sandbox.File{{Name: "main.go", Content: text}}
}

func (b *bench) edited(ctx context.Context) (time.Duration, error) { return b.run(ctx, b.program()) }

func (b *bench) unchanged(ctx context.Context) (time.Duration, error) {
	return b.run(ctx, []sandbox.File{{Name: "main.go", Content: "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n"}})
}

// run is the time to the first output of a run by the engine.
func (b *bench) run(ctx context.Context, files []sandbox.File) (time.Duration, error) {
	began := time.Now()
	var first time.Duration
	r, err := b.engine.Run(ctx, sandbox.Job{Files: files}, func(e sandbox.Event) {
		if e.Out != nil && first == 0 {
			first = time.Since(began)
		}
	})
	if err != nil {
		return 0, err
	}
	if first == 0 {
		return 0, fmt.Errorf("the program ended with %s and printed nothing", r.Status)
	}
	return first, nil
}

// bare is the time of compiler, linker and program called one after the
// other.
func (b *bench) bare(ctx context.Context) (time.Duration, error) {
	commands, env, err := b.engine.Bare(ctx, b.program(), b.dir)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for _, c := range commands {
		cmd := exec.CommandContext(ctx, c.Exe)
		cmd.Args, cmd.Env = c.Args, env
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w: %s", c.Args[0], err, out)
		}
	}
	if _, err := firstOutput(exec.CommandContext(ctx, filepath.Join(b.dir, "tmp", "program"))); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// goRun is the time of go run to the first output.
func (b *bench) goRun(ctx context.Context) (time.Duration, error) {
	file := filepath.Join(b.dir, "main.go")
	if err := os.WriteFile(file, []byte(b.program()[0].Content), 0o644); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, "go", "run", file)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	cmd.Dir = b.dir
	return firstOutput(cmd)
}

// firstOutput is the time until a command writes something.
func firstOutput(cmd *exec.Cmd) (time.Duration, error) {
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = io.ReadFull(out, make([]byte, 1))
	first := time.Since(began)
	_, _ = io.Copy(io.Discard, out)
	if e := cmd.Wait(); e != nil {
		return 0, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), e, errs.String())
	}
	return first, err
}

// jailedRun and plainRun are a whole run of a small program.
func (b *bench) jailedRun(ctx context.Context) (time.Duration, error) {
	return jailed(ctx, jail.Spec{Profile: jail.Run, Path: b.hello, Args: []string{"hello"}, Dir: "/tmp"})
}

func (b *bench) plainRun(ctx context.Context) (time.Duration, error) { return plain(ctx, b.hello) }

// jailedTool and plainTool are the compiler doing nothing.
func (b *bench) jailedTool(ctx context.Context) (time.Duration, error) {
	return jailed(ctx, jail.Spec{
		Profile: jail.Build,
		Steps:   []jail.Step{{Name: "compile", Exe: "/go/compile", Args: []string{"compile", "-V"}}},
		Binds:   []jail.Bind{{Host: b.tool, Inside: "/go/compile", Exec: true}},
	})
}

func (b *bench) plainTool(ctx context.Context) (time.Duration, error) {
	return plain(ctx, b.tool, "-V")
}

func jailed(ctx context.Context, spec jail.Spec) (time.Duration, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	spec.Stdout, spec.Stderr = w, w
	began := time.Now()
	p, err := jail.Start(ctx, spec)
	w.Close()
	if err != nil {
		return 0, err
	}
	said, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	exit, err := p.Wait()
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	if exit.Code != 0 {
		return 0, errors.New(string(said))
	}
	return took, nil
}

func plain(ctx context.Context, path string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	return time.Since(began), nil
}
