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
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
	"course/tutor/sandbox/toolchain"
)

// bench is what the bars share.
type bench struct {
	engine *toolchain.Engine
	dir    string // for what is built bare
	edits
	small string // a built program
	tool  string // the compiler
}

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
		{name: "two changed programs at once, by two bare loops", limit: 1.11, ours: b.twoOurs, baseline: b.twoBare, cpu: ownCPU},
		{name: "changed tests to their results, by go test", limit: 0.7, ours: b.testOurs, baseline: b.goTest, cpu: ownCPU},
		{name: "the run jail adds, ms", limit: 4, adds: true, ours: b.jailedRun, baseline: b.plainRun, cpu: ownCPU},
		{name: "the build jail adds, ms", limit: 6, adds: true, ours: b.jailedTool, baseline: b.plainTool, cpu: ownCPU},
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
	if err := b.engine.Tune(ctx); err != nil {
		return err
	}
	commands, _, err := b.engine.Bare(ctx, b.hello(), b.dir)
	if err != nil {
		return err
	}
	b.tool = commands[0].Exe
	if _, err := b.bare(ctx); err != nil {
		return err
	}
	b.small = filepath.Join(b.dir, "hello")
	return os.Rename(filepath.Join(b.dir, "tmp", "program"), b.small)
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

// run is the time to the first output of a run by the engine.
func (b *bench) run(ctx context.Context, job sandbox.Job) (time.Duration, error) {
	began := time.Now()
	var first time.Duration
	r, err := b.engine.Run(ctx, job, func(e sandbox.Event) {
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

// bare is the time of compiler, linker and hello world called one after the
// other.
func (b *bench) bare(ctx context.Context) (time.Duration, error) {
	return b.bareOf(ctx, b.hello(), b.dir)
}

// bareServer is bare for a program with net/http.
func (b *bench) bareServer(ctx context.Context) (time.Duration, error) {
	return b.bareOf(ctx, b.httpProgram(), b.dir)
}

// bareOf is the time of compiler, linker and a program called one after the
// other, in a folder: with the archives and the flags that the engine uses.
func (b *bench) bareOf(ctx context.Context, files []sandbox.File, dir string) (time.Duration, error) {
	commands, env, err := b.engine.Bare(ctx, files, dir)
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
	built := time.Since(began)
	first, err := firstOutput(exec.CommandContext(ctx, filepath.Join(dir, "tmp", "program")))
	return built + first, err
}

// goRun is the time of go run to the first output.
func (b *bench) goRun(ctx context.Context) (time.Duration, error) {
	file := filepath.Join(b.dir, "main.go")
	if err := os.WriteFile(file, []byte(b.hello()[0].Content), 0o644); err != nil {
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
	return jailed(ctx, jail.Spec{Profile: jail.Run, Path: b.small, Args: []string{"hello"}, Dir: "/tmp"})
}

func (b *bench) plainRun(ctx context.Context) (time.Duration, error) { return plain(ctx, b.small) }

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
