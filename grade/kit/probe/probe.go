// Package probe is compiled with a learner's package and reports what that
// package does, to a supervisor that trusts nothing it says.
//
// It owns the probe protocol: calls come in on descriptor 3 and replies leave
// on descriptor 4, one JSON object a line, at most 64 KiB. It never sees an
// expected value.
//
// It refuses to judge, and every import but the standard library: its source
// is compiled into each graded program as "tutor/probe".
//
// Its invariant: calls run on the main goroutine, so that the goroutines of a
// trace are the learner's own, and a learner's deadlock is Go's deadlock.
package probe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/trace"
	"strings"
)

// MaxLine is the largest line in either direction.
const MaxLine = 64 << 10

// Func calls the learner's code with the arguments of one case and answers
// with a value that JSON has a form for.
type Func func(Args) (any, error)

// Main serves calls until there are no more.
func Main(funcs map[string]Func) {
	serve(open(3), open(4), funcs, stdErrors())
}

// MainWith is Main with further errors whose presence is reported by name.
func MainWith(funcs map[string]Func, sentinels map[string]error) {
	all := stdErrors()
	for name, err := range sentinels {
		all[name] = err
	}
	serve(open(3), open(4), funcs, all)
}

type call struct {
	ID   json.RawMessage   `json:"id"`
	Func string            `json:"call"`
	Args []json.RawMessage `json:"args"`
}

type reply struct {
	ID    json.RawMessage `json:"id"`
	OK    json.RawMessage `json:"ok,omitempty"`
	Error *string         `json:"error,omitempty"`
	Is    []string        `json:"is,omitempty"`
	Panic *string         `json:"panic,omitempty"`
}

func serve(in io.Reader, out io.Writer, funcs map[string]Func, sentinels map[string]error) {
	lines := bufio.NewReaderSize(in, MaxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
		}
		var c call
		if err := json.Unmarshal(line, &c); err != nil {
			return
		}
		text, err := json.Marshal(answer(c, funcs, sentinels))
		if err != nil || len(text) >= MaxLine {
			text = tooMuch(c.ID, len(text), err)
		}
		if _, err := out.Write(append(text, '\n')); err != nil {
			return
		}
	}
}

// tooMuch is the reply when there is none that fits on a line.
func tooMuch(id json.RawMessage, size int, err error) []byte {
	why := fmt.Sprintf("the answer has %d bytes of JSON, %d are allowed", size, MaxLine)
	if err != nil {
		why = "the answer has no JSON form: " + err.Error()
	}
	text, _ := json.Marshal(reply{ID: id, Panic: &why}) //nolint:errcheck // of plain strings
	return text
}

func answer(c call, funcs map[string]Func, sentinels map[string]error) (r reply) {
	r.ID = c.ID
	defer func() {
		if v := recover(); v != nil {
			r = reply{ID: c.ID, Panic: panicText(v)}
		}
	}()
	f, found := funcs[c.Func]
	if !found {
		panic(fmt.Sprintf("the probe has no function %q", c.Func))
	}
	args := Args(c.Args)
	var value any
	var err error
	if nonce := args.nonce(); nonce != "" {
		value, err = traced(nonce, f, args[1:])
	} else {
		value, err = f(args)
	}
	if err != nil {
		text := err.Error()
		return reply{ID: c.ID, Error: &text, Is: names(err, sentinels)}
	}
	ok, err := json.Marshal(value)
	if err != nil {
		panic("the answer has no JSON form: " + err.Error())
	}
	return reply{ID: c.ID, OK: ok}
}

// traced marks the call in the execution trace with a word that only the
// supervisor and this function know. WithRegion and Log reach a trace that the
// harness started; StartRegion would ask runtime/trace, which knows of none.
func traced(nonce string, f Func, args Args) (value any, err error) {
	ctx := context.Background()
	trace.Log(ctx, "tutor", nonce)
	trace.WithRegion(ctx, "tutor:"+nonce, func() { value, err = f(args) })
	return value, err
}

// panicText is what a panic said, cut to a size that fits.
func panicText(v any) *string {
	text := fmt.Sprint(v)
	if len(text) > 4<<10 {
		text = text[:4<<10]
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if text == "" {
		text = fmt.Sprintf("a value of type %T", v)
	}
	return &text
}

func names(err error, sentinels map[string]error) []string {
	var is []string
	for name, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			is = append(is, name)
		}
	}
	return is
}

func stdErrors() map[string]error {
	return map[string]error{
		"context.Canceled":         context.Canceled,
		"context.DeadlineExceeded": context.DeadlineExceeded,
		"errors.ErrUnsupported":    errors.ErrUnsupported,
		"io.EOF":                   io.EOF,
		"io.ErrUnexpectedEOF":      io.ErrUnexpectedEOF,
		"io.ErrClosedPipe":         io.ErrClosedPipe,
		"io.ErrShortWrite":         io.ErrShortWrite,
	}
}
