// Package judge is what an exercise's own judge is written with, where an
// input depends on an earlier answer. Its source is compiled into the judge's
// program as "tutor/judge".
//
// It owns the judge's side of the protocol: on descriptor 3 come the seed and
// the answers, on descriptor 4 leave the calls and the findings.
//
// It refuses to run in a process with learner code: the supervisor relays
// every call to the probes.
//
// Its invariant: a judge that does not reach its end has found nothing.
package judge

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"time"
)

// J is one judging: a source of chance that comes from the seed, the calls and
// the findings.
type J struct {
	Rand *rand.Rand
	in   *bufio.Reader
	out  io.Writer
	n    int
}

// Answer is what one probe replied to a call. Exactly one of OK, Error, Panic
// and None is set; None says why there is no answer.
type Answer struct {
	OK    json.RawMessage `json:"ok"`
	Error *string         `json:"error"`
	Is    []string        `json:"is"`
	Panic *string         `json:"panic"`
	None  string          `json:"none"`
	CPUMS float64         `json:"cpu_ms"`
}

// Text is the answer in one line, for a finding.
func (a Answer) Text() string {
	switch {
	case a.None != "":
		return "no answer: " + a.None
	case a.Panic != nil:
		return "panic: " + *a.Panic
	case a.Error != nil:
		return "error: " + *a.Error
	}
	return string(a.OK)
}

// Read decodes an answer that is OK into v, and says whether it could.
func (a Answer) Read(v any) bool {
	return len(a.OK) > 0 && json.Unmarshal(a.OK, v) == nil
}

// Finding is one judged case. Check is the id of the check it belongs to.
type Finding struct {
	Check    string `json:"check"`
	Case     string `json:"case"`
	Pass     bool   `json:"pass"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Message  string `json:"message"`
}

// Main runs a judge. It ends the program.
func Main(f func(*J)) {
	err := serve(os.NewFile(3, "calls"), os.NewFile(4, "findings"), f)
	if err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer, f func(*J)) error {
	j := &J{in: bufio.NewReaderSize(in, 256<<10), out: out}
	var start struct {
		Seed string `json:"seed"`
	}
	if err := j.read(&start); err != nil {
		return fmt.Errorf("read the seed: %w", err)
	}
	h := fnv.New64a()
	io.WriteString(h, start.Seed) //nolint:errcheck // a hash takes every byte
	j.Rand = rand.New(rand.NewPCG(h.Sum64(), uint64(len(start.Seed))))
	if err := run(j, f); err != nil {
		return err
	}
	return j.write(map[string]bool{"done": true})
}

// failure is a break of the conversation; it ends the judge.
type failure struct{ err error }

func run(j *J, f func(*J)) (err error) {
	defer func() {
		if v := recover(); v != nil {
			fail, ok := v.(failure)
			if !ok {
				panic(v)
			}
			err = fail.err
		}
	}()
	f(j)
	return nil
}

// Call asks both probes to call a function with these arguments and waits for
// their answers, at most for the time given.
func (j *J) Call(timeout time.Duration, name string, args ...any) (learner, reference Answer) {
	j.n++
	if args == nil {
		args = []any{}
	}
	j.must(j.write(map[string]any{"n": j.n, "call": name, "args": args, "timeout_ms": timeout.Milliseconds()}))
	var got struct {
		N         int    `json:"n"`
		Learner   Answer `json:"learner"`
		Reference Answer `json:"reference"`
	}
	j.must(j.read(&got))
	if got.N != j.n {
		j.must(fmt.Errorf("asked for call %d, answered is %d", j.n, got.N))
	}
	return got.Learner, got.Reference
}

// Find reports one case.
func (j *J) Find(f Finding) { j.must(j.write(f)) }

func (j *J) must(err error) {
	if err != nil {
		panic(failure{err})
	}
}

func (j *J) read(v any) error {
	line, err := j.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

func (j *J) write(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = j.out.Write(append(text, '\n'))
	return err
}
