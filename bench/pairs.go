package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"course/tutor/sandbox"
)

// pairOf is how many programs each of two loops builds and runs.
const pairOf = 3

// two is the time that two loops take at once.
func two(each func(loop int) error) (time.Duration, error) {
	var wait sync.WaitGroup
	var errs [2]error
	began := time.Now()
	for loop := range errs {
		wait.Go(func() {
			for range pairOf {
				if errs[loop] == nil {
					errs[loop] = each(loop)
				}
			}
		})
	}
	wait.Wait()
	return time.Since(began), errors.Join(errs[0], errs[1])
}

// twoOurs are two people who change and run hello world again and again.
func (b *bench) twoOurs(ctx context.Context) (time.Duration, error) {
	return two(func(loop int) error {
		_, err := b.run(ctx, sandbox.Job{Key: strconv.Itoa(loop), Files: b.hello()})
		return err
	})
}

func (b *bench) twoBare(ctx context.Context) (time.Duration, error) {
	return two(func(loop int) error {
		dir := filepath.Join(b.dir, strconv.Itoa(loop))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		_, err := b.bareOf(ctx, b.hello(), dir)
		return err
	})
}

// testOurs is the time of a run of tests by the engine.
func (b *bench) testOurs(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	r, err := b.engine.Run(ctx, sandbox.Job{Kind: sandbox.KindTest, Files: b.tests()}, nil)
	if err != nil {
		return 0, err
	}
	if r.Status != sandbox.StatusOK || len(r.Tests) != 1 {
		return 0, fmt.Errorf("the tests ended with %s", r.Status)
	}
	return time.Since(began), nil
}

// goTest is the time of go test.
func (b *bench) goTest(ctx context.Context) (time.Duration, error) {
	dir := filepath.Join(b.dir, "tests")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	file := b.tests()[0]
	for name, text := range map[string]string{"go.mod": "module tests\n", file.Name: file.Content} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return 0, err
		}
	}
	cmd := exec.CommandContext(ctx, "go", "test")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	cmd.Dir = dir
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("go test: %w: %s", err, out)
	}
	return time.Since(began), nil
}
