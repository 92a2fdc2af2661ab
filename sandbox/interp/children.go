package interp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// A child that nobody asks anything ends by itself after lifetime; it is not
// asked any more when it is older than fresh.
const (
	lifetime = 10 * time.Minute
	fresh    = 9 * time.Minute
)

// children are the jailed processes that wait for a program.
type children struct {
	self, command string
	keep          int

	mu     sync.Mutex
	idle   []*child
	closed bool
}

// child is one of them. It serves one program.
type child struct {
	process *sandbox.Process
	began   time.Time
	ready   bool
	wait    func() (*sandbox.Ended, error) // for the end, once
}

// take returns a child that waits, or starts one.
func (s *children) take() (*child, error) {
	s.mu.Lock()
	var found *child
	var old []*child
	for found == nil && len(s.idle) > 0 {
		c := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if c.fit() {
			found = c
		} else {
			old = append(old, c)
		}
	}
	s.mu.Unlock()
	for _, c := range old {
		c.end()
	}
	if found != nil {
		return found, nil
	}
	return s.start()
}

// refill starts children until as many wait as are kept. That one cannot be
// started is told to whoever needs it.
func (s *children) refill() {
	for s.lacking() {
		c, err := s.start()
		if err != nil {
			return
		}
		s.mu.Lock()
		over := s.closed || len(s.idle) >= s.keep
		if !over {
			s.idle = append(s.idle, c)
		}
		s.mu.Unlock()
		if over {
			c.end()
			return
		}
	}
}

// waiting says whether a child is there that can be asked.
func (s *children) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.idle, (*child).fit)
}

func (s *children) lacking() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.closed && len(s.idle) < s.keep
}

// close ends all of them.
func (s *children) close() {
	s.mu.Lock()
	list := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range list {
		c.end()
	}
}

// start starts a child. It gets ready by itself.
func (s *children) start() (*child, error) {
	limits := sandbox.DefaultLimits()
	limits.Wall = lifetime
	limits.CPU += time.Second // for getting ready; the program is watched
	began := time.Now()
	p, err := sandbox.Start(context.Background(), sandbox.Launch{
		Spec: jail.Spec{
			Profile: jail.Helper,
			Path:    s.self,
			Args:    []string{"tutor", s.command, Child},
			Env:     []string{"HOME=/tmp", "GOMAXPROCS=2", fmt.Sprintf("GOMEMLIMIT=%d", limits.Memory/5*4)},
			Dir:     "/tmp",
		},
		Limits: limits,
		Talk:   true,
	})
	if err != nil {
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	return &child{process: p, began: began, wait: sync.OnceValues(p.Wait)}, nil
}

// fit says whether a child can still be asked.
func (c *child) fit() bool {
	select {
	case <-c.process.Done():
		return false
	default:
		return time.Since(c.began) < fresh
	}
}

// readyWithin is how long a child may take to get ready, on a machine that is
// busy with others.
const readyWithin = 10 * time.Second

// settle waits until the child says that it is ready.
func (c *child) settle() error {
	if c.ready {
		return nil
	}
	if _, err := c.process.Hear(time.Now().Add(readyWithin)); err != nil {
		return fmt.Errorf("wait for the interpreter to get ready: %w", err)
	}
	c.ready = true
	return nil
}

// end ends the child and waits for it.
func (c *child) end() {
	c.process.Kill(sandbox.StatusKilled)
	<-c.process.Done()
	_, _ = c.wait() // how it ended is of no interest
}

// newID names a result.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
