package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"course/tutor/exectrace"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// soak is a soak on its way.
type soak struct {
	options
	engine *toolchain.Engine
	kinds  []kind
	deck   []int // indices of kinds, each as often as it is to come
	took   time.Duration

	mu      sync.Mutex
	random  *rand.Rand
	harms   int // done from outside to whatever was there: killed, damaged
	acts    map[string]int
	ends    map[string]map[sandbox.Status]int // by the name of a kind
	wrong   []string
	samples []sample
}

func newSoak(o options) *soak {
	s := &soak{options: o, kinds: kinds(), random: rand.New(rand.NewPCG(o.seed, 0)),
		acts: map[string]int{}, ends: map[string]map[sandbox.Status]int{}}
	for i, k := range s.kinds {
		for range k.often {
			s.deck = append(s.deck, i)
		}
	}
	return s
}

// choose is a number below n.
func (s *soak) choose(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.IntN(n)
}

func (s *soak) count(act string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acts[act]++
}

func (s *soak) harmed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.harms
}

// harm notes that something is about to be done that any run may suffer from.
func (s *soak) harm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.harms++
}

// warmUp runs everything once, with nothing done to it.
func (s *soak) warmUp(ctx context.Context) error {
	for _, k := range s.kinds {
		s.one(ctx, k, "nothing")
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	s.aside(ctx, "types checked")
	s.aside(ctx, "formatted")
	return s.broken()
}

// broken is an error when a run ended wrongly though nothing was done to it.
func (s *soak) broken() error {
	if len(s.wrong) > 0 {
		return errors.New(s.wrong[0])
	}
	return nil
}

// some makes n runs, several at a time, and waits until they have ended.
func (s *soak) some(ctx context.Context, n int) error {
	todo := make(chan kind)
	var workers sync.WaitGroup
	for range s.workers {
		workers.Go(func() {
			for k := range todo {
				s.one(ctx, k, s.act())
			}
		})
	}
	for range n {
		todo <- s.kinds[s.deck[s.choose(len(s.deck))]]
		switch s.choose(20) {
		case 0:
			s.aside(ctx, "types checked")
		case 1:
			s.aside(ctx, "formatted")
		}
	}
	close(todo)
	workers.Wait()
	return ctx.Err()
}

// act is what is done to a run: nothing to three of four.
func (s *soak) act() string {
	acts := []string{"given up at an event", "given up after a moment", "a process killed from outside", "its binary damaged", "the cache folder removed"}
	if n := s.choose(20); n < 5 {
		return acts[n]
	}
	return "nothing"
}

// one makes one run and judges how it ended.
func (s *soak) one(ctx context.Context, k kind, act string) {
	s.count(act)
	before := s.harmed()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	givenUp := &sandbox.StopError{Code: "runtime:stopped", Says: "the soak gave it up"}
	stopAt, events := -1, 0
	var later sync.WaitGroup
	switch act {
	case "given up at an event":
		stopAt = s.choose(4)
	case "given up after a moment":
		timer := time.AfterFunc(time.Duration(s.choose(60))*time.Millisecond, func() { cancel(givenUp) })
		defer timer.Stop()
	case "a process killed from outside":
		after := time.Duration(s.choose(60)) * time.Millisecond
		later.Go(func() {
			time.Sleep(after)
			s.kill()
		})
	case "its binary damaged":
		s.damage()
	case "the cache folder removed":
		s.removeCache()
	}
	job := k.job
	job.Key = fmt.Sprint("person ", s.choose(5))
	r, err := s.engine.Run(ctx, job, func(sandbox.Event) {
		if events++; events == stopAt {
			cancel(givenUp)
		}
	})
	later.Wait()
	s.judge(k, act, s.harmed() > before, r, err)
	if err == nil && len(r.TraceData()) > 0 {
		s.read(ctx, r.TraceData())
	}
}

// judge notes how a run ended, and whether it may end so.
func (s *soak) judge(k kind, act string, harmed bool, r *sandbox.Result, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := sandbox.Status("error")
	if err == nil {
		status = r.Status
	}
	if s.ends[k.name] == nil {
		s.ends[k.name] = map[sandbox.Status]int{}
	}
	s.ends[k.name][status]++
	var machine *sandbox.MachineError
	switch {
	case err == nil && slices.Contains(k.ends, status):
	case status == sandbox.StatusKilled && (act == "given up at an event" || act == "given up after a moment"):
		if !slices.ContainsFunc(r.Diagnostics, func(d sandbox.Diagnostic) bool { return d.Message == "the soak gave it up" }) {
			s.wrong = append(s.wrong, k.name+" was given up and does not say so")
		}
	case harmed && err == nil && suffered(r):
	case harmed && errors.As(err, &machine):
	default:
		s.wrong = append(s.wrong, fmt.Sprintf("%s (%s) ended as %s: %v %s", k.name, act, status, err, said(r)))
	}
}

// suffered says whether a run ended as one does whose process was killed, or
// whose program was damaged between being looked at and being started.
func suffered(r *sandbox.Result) bool {
	return r.Status == sandbox.StatusRuntimeError || r.Status == sandbox.StatusTestFailed
}

func said(r *sandbox.Result) string {
	if r == nil {
		return ""
	}
	text := fmt.Sprint(r.ExitCode, r.Signal)
	for _, d := range r.Diagnostics {
		text += " " + d.Code + " " + d.Message
	}
	return text
}

// read has a trace read in a jailed helper, given up half of the time.
func (s *soak) read(ctx context.Context, trace []byte) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	act := "trace read"
	if s.choose(2) == 0 {
		act = "reading of a trace given up"
		time.AfterFunc(time.Duration(s.choose(10))*time.Millisecond, cancel)
	}
	s.count(act)
	request, err := exectrace.Request(exectrace.Options{}, trace)
	if err == nil {
		_, err = s.engine.Helper(ctx, "trace", request)
	}
	s.excuse(ctx, "reading a trace", err)
}

// aside does what is done beside the runs, for somebody who types.
func (s *soak) aside(ctx context.Context, act string) {
	s.count(act)
	files := file("main.go", "package main\n\nimport \"fmt\"\n\nfunc main() {  fmt.Printf(\"%d\", \"x\") }\n")
	var err error
	if act == "formatted" {
		_, _, err = s.engine.Format(ctx, files)
	} else {
		_, err = s.engine.Diagnose(ctx, fmt.Sprint("person ", s.choose(5)), files)
	}
	s.excuse(ctx, act, err)
}

// excuse notes an error of what is done beside the runs, unless it was given
// up or killed.
func (s *soak) excuse(ctx context.Context, what string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var machine *sandbox.MachineError
	if err != nil && ctx.Err() == nil && !(s.harms > 0 && errors.As(err, &machine)) {
		s.wrong = append(s.wrong, what+": "+err.Error())
	}
}

// stopServer ends as a server does: what is under way is given up.
func (s *soak) stopServer(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var under sync.WaitGroup
	begun := make(chan bool, 4)
	for range 4 {
		under.Go(func() {
			sleeps := program("\tprintln(1)\n\ttime.Sleep(time.Hour)", "time")
			sleeps.Limits.Wall = time.Hour
			r, err := s.engine.Run(ctx, sleeps, func(ev sandbox.Event) {
				if ev.Out != nil || ev.Queue != nil {
					begun <- true
				}
			})
			if err != nil || r.Status != sandbox.StatusKilled {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.wrong = append(s.wrong, fmt.Sprintf("a run of a server that stops: %v %s", err, said(r)))
			}
		})
	}
	<-begun
	cancel()
	under.Wait()
	return nil
}
