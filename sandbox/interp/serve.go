package interp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime/debug"

	yaegi "github.com/traefik/yaegi/interp"

	"course/tutor/sandbox"
)

// Child is the name of the jailed helper that interprets one program.
const Child = "interp"

// The codes with which a child ends when the program did not end well.
const (
	exitPanic  = 2  // as compiled programs do; what it said is on stderr
	exitFailed = 70 // the interpreter could not
)

// The descriptors of a child: where it is asked, where it answers, and where
// the supervisor reads the runtime's dying words. The streams are the
// program's.
const (
	askedOn = 3 + iota
	answersOn
	crashesOn
)

// question is what a child is asked: a line of JSON.
type question struct {
	Files []sandbox.File `json:"files"`
	// Any interprets whatever compiles, where there is no Go to fall back on.
	Any bool `json:"any"`
}

// Serve is the whole life of a child. It gets ready and says so, reads one
// program, says why it is not run or that it is, and runs it: what it prints
// goes to stdout directly. The exit code is that of the process, which has
// served then: an interpreted program may have changed anything in it.
func Serve(errs io.Writer) int {
	debug.SetGCPercent(400) // it does not live for long
	// Without it, less would be known of a crash.
	_ = debug.SetCrashOutput(os.NewFile(crashesOn, "crash"), debug.CrashOptions{})
	in, out := os.NewFile(askedOn, "in"), os.NewFile(answersOn, "out")
	ready, err := warm()
	if err != nil {
		return end(err, errs)
	}
	fmt.Fprintln(out, `"ready"`)
	var q question
	if err := json.NewDecoder(in).Decode(&q); err != nil {
		return end(fmt.Errorf("read the program: %w", err), errs)
	}
	text, refusal := prepare(q)
	if refusal == nil {
		refusal = &Refusal{} // which refuses nothing
	}
	if err := json.NewEncoder(out).Encode(refusal); err != nil || refusal.Status != "" {
		return end(err, errs)
	}
	return end(evaluate(ready, text), errs)
}

// end says how a program ended, as a compiled one would.
func end(err error, errs io.Writer) int {
	var panicked yaegi.Panic
	switch {
	case err == nil:
		return 0
	case errors.As(err, &panicked):
		fmt.Fprintf(errs, "panic: %v\n", panicked.Value)
		return exitPanic
	}
	fmt.Fprintln(errs, "interpret:", err)
	return exitFailed
}

// prepare checks a program and rewrites it for the interpreter.
func prepare(q question) (string, *Refusal) {
	s, refusal := survey(q.Files, q.Any)
	if refusal != nil {
		return "", refusal
	}
	return s.lower(q.Files[0].Content), nil
}

// small is a program that touches most of what any program needs.
const small = `package main

import "fmt"

type t struct{ n int }

func (v *t) add(n int) int { v.n += n; return v.n }

func main() {
	s := []int{}
	m := map[string]int{}
	v := &t{}
	for i := range 3 {
		s = append(s, v.add(i))
		m["a"] += len(s)
	}
	if len(s) > 5 {
		fmt.Println(s, m)
	}
	fmt.Print("")
}
`

// warm returns an interpreter that has nothing left to do but a program. What
// runs for the first time takes longest, so a small program goes before.
func warm() (*yaegi.Interpreter, error) {
	text, refusal := prepare(question{Files: []sandbox.File{{Name: "main.go", Content: small}}, Any: true})
	if refusal != nil {
		return nil, fmt.Errorf("warm up: %w", refusal)
	}
	first, err := newInterpreter()
	if err != nil {
		return nil, err
	}
	if err := evaluate(first, text); err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	return newInterpreter()
}

func newInterpreter() (*yaegi.Interpreter, error) {
	i := yaegi.New(yaegi.Options{Stderr: io.Discard})
	exports := yaegi.Exports{}
	for at, members := range symbols {
		// Under the key "fmt/fmt" the interpreter would look for output streams
		// of its own, and compile generic packages that no program may use here.
		exports[at+"//"+path.Base(at)] = members
	}
	if err := i.Use(exports); err != nil {
		return nil, fmt.Errorf("set up the interpreter: %w", err)
	}
	return i, nil
}

// evaluate runs a program.
func evaluate(i *yaegi.Interpreter, text string) error {
	_, err := i.Eval(text)
	return err
}
