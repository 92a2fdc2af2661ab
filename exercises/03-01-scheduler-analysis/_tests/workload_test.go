package sched

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"
)

func TestCPUBound(t *testing.T) {
	for _, c := range []struct{ workers, n int }{{1, 0}, {1, 5}, {4, 4}, {4, 10}, {5, 3}, {3, 100}} {
		var want uint64
		for i := range c.n {
			want += Mix(i)
		}
		got, err := CPUBound(context.Background(), c.workers, c.n)
		if err != nil || got != want {
			t.Errorf("CPUBound(ctx, %d, %d) = %d, %v, want %d", c.workers, c.n, got, err, want)
		}
	}
}

func TestIOBound(t *testing.T) {
	const requests, d = 50, 20 * time.Millisecond
	start := time.Now()
	got, err := IOBound(context.Background(), requests, d)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]int, requests)
	for i := range want {
		want[i] = i*i + int(d/time.Millisecond)
	}
	if !slices.Equal(got, want) {
		t.Errorf("IOBound answered %v, want %v", got, want)
	}
	if took := time.Since(start); took > requests*d/2 {
		t.Errorf("%d requests of %v took %v: they do not overlap", requests, d, took)
	}
}

func TestCancel(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(5*time.Millisecond, cancel)
	if _, err := IOBound(ctx, 20, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("IOBound returned %v, want context.Canceled", err)
	}
	if _, err := CPUBound(ctx, 2, 1_000); !errors.Is(err, context.Canceled) {
		t.Errorf("CPUBound returned %v, want context.Canceled", err)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines are left behind", runtime.NumGoroutine()-before)
}
