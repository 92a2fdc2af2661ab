package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// A pipe that nobody writes to keeps no one from ending.
func TestStandardInputIsReadUntilItIsEnough(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in, keep := io.Pipe()
	defer keep.Close()
	out := until(ctx, in)
	go func() { _, _ = keep.Write([]byte("so far")) }()
	got := make([]byte, 6)
	if _, err := io.ReadFull(out, got); err != nil || string(got) != "so far" {
		t.Fatalf("read %q, error %v", got, err)
	}
	stop()
	if n, err := out.Read(got); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("read %d bytes more, error %v; want that it was stopped", n, err)
	}
	whole, err := io.ReadAll(until(t.Context(), strings.NewReader("all of it")))
	if string(whole) != "all of it" || err != nil {
		t.Errorf("read %q, error %v", whole, err)
	}
}
