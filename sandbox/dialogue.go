package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// JudgePart is the name of the part that asks the questions, if there is one.
const JudgePart = "judge"

// Bounds of a conversation.
const (
	maxCalls       = 20000
	maxReport      = 1 << 20
	defaultTimeout = 2 * time.Second
	// parting is how long a program may take to end when it is asked to.
	parting = 2 * time.Second
)

// Voice is a part that takes part in a conversation.
type Voice struct {
	Name   string
	Launch Launch
}

// Conversation is what a Dialogue gave.
type Conversation struct {
	Exchanges []Exchange
	Report    []byte // the lines of the judge, nil without one
	// Ended are the processes of each part, in the order they were started.
	Ended map[string][]*Ended
}

// Converse carries on a Dialogue between parts, each in a jail of its own. It
// passes lines on itself: no pipe is shared by two jails. Everything a part
// says is bounded in size and time, and none of it can make an error, which is
// ours. All of it ends when wall is over or ctx is done.
func Converse(ctx context.Context, d Dialogue, voices []Voice, wall time.Duration) (*Conversation, error) {
	t := &table{ctx: ctx, until: time.Now().Add(wall), out: &Conversation{Ended: map[string][]*Ended{}}}
	var judge *seat
	for _, v := range voices {
		s := &seat{table: t, voice: v}
		if v.Name == JudgePart {
			judge = s
		} else {
			t.probes = append(t.probes, s)
		}
	}
	err := t.talk(d, judge)
	for _, s := range append(t.probes, judge) {
		if s != nil {
			err = errors.Join(err, s.retire())
		}
	}
	if err != nil {
		return nil, err
	}
	return t.out, nil
}

// table is where a conversation takes place.
type table struct {
	ctx    context.Context
	until  time.Time
	probes []*seat
	out    *Conversation
}

func (t *table) talk(d Dialogue, judge *seat) error {
	if judge != nil {
		return t.obey(judge, d.Seed)
	}
	for _, call := range d.Calls {
		args, err := json.Marshal(call.Args)
		if err != nil {
			return fmt.Errorf("encode arguments of call %d: %w", call.N, err)
		}
		if _, err := t.ask(question{N: call.N, Func: call.Func, Args: args, TimeoutMS: call.TimeoutMS, Alone: call.Alone}); err != nil {
			return err
		}
	}
	return nil
}

// question is a call as it goes over the pipes.
type question struct {
	N         int             `json:"n"`
	Func      string          `json:"call"`
	Args      json.RawMessage `json:"args"`
	TimeoutMS int             `json:"timeout_ms,omitempty"`
	Alone     bool            `json:"alone,omitempty"`
}

func (q *question) timeout() time.Duration {
	if q.TimeoutMS > 0 {
		return time.Duration(q.TimeoutMS) * time.Millisecond
	}
	return defaultTimeout
}

// ask puts a question to every probe, one after the other, so that none
// disturbs another at work.
func (t *table) ask(q question) (Exchange, error) {
	x := Exchange{N: q.N, Replies: map[string]Reply{}}
	for _, s := range t.probes {
		if err := t.ctx.Err(); err != nil {
			return x, err
		}
		reply, err := s.ask(q)
		if err != nil {
			return x, err
		}
		x.Replies[s.voice.Name] = reply
	}
	t.out.Exchanges = append(t.out.Exchanges, x)
	return x, nil
}

// obey lets the judge lead. What it says is kept as the report; only its
// questions are acted on.
func (t *table) obey(judge *seat, seed string) error {
	p, err := judge.sit()
	if err != nil {
		return err
	}
	t.out.Report = []byte{}
	first, err := json.Marshal(map[string]string{"seed": seed})
	if err != nil {
		return fmt.Errorf("encode seed: %w", err)
	}
	p.Say(first, t.until)
	for calls := 0; calls < maxCalls; {
		line, err := p.Hear(t.until)
		if err != nil {
			return t.ctx.Err() // a report without its end is known for that
		}
		var said struct {
			question
			Check string `json:"check"`
			Done  bool   `json:"done"`
		}
		if json.Unmarshal(line, &said) != nil || len(t.out.Report)+len(line) > maxReport {
			return nil
		}
		if said.Func == "" {
			t.out.Report = append(append(t.out.Report, line...), '\n')
			if said.Done {
				return nil
			}
			continue
		}
		calls++
		x, err := t.ask(said.question)
		if err != nil {
			return err
		}
		answer, err := x.line()
		if err != nil {
			return err
		}
		p.Say(answer, t.until)
	}
	return nil
}

// line is an exchange as the judge hears it.
func (x Exchange) line() ([]byte, error) {
	m := map[string]any{"n": x.N}
	for name, reply := range x.Replies {
		m[name] = reply.wire()
	}
	line, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode replies: %w", err)
	}
	return line, nil
}

// wire is a reply as the judge hears it.
func (r Reply) wire() map[string]any {
	m := map[string]any{"cpu_ms": r.CPUMS}
	switch {
	case r.None != "":
		m["none"] = r.None
	case r.OK != nil:
		m["ok"] = json.RawMessage(r.OK)
	case r.Panic != "":
		m["panic"] = r.Panic
	default:
		m["error"] = r.Error
		if r.Is != nil {
			m["is"] = r.Is
		}
	}
	return m
}

// seat is a part's place in the conversation, whichever process of it sits
// there at the moment.
type seat struct {
	table *table
	voice Voice
	now   *Process
}

// sit returns the process that speaks for the part, a fresh one where there
// is none.
func (s *seat) sit() (*Process, error) {
	if s.now != nil {
		return s.now, nil
	}
	l := s.voice.Launch
	l.Talk = true
	l.Limits.Wall = max(time.Until(s.table.until), time.Millisecond)
	p, err := Start(s.table.ctx, l)
	if err != nil {
		return nil, fmt.Errorf("part %s: %w", s.voice.Name, err)
	}
	s.now = p
	return p, nil
}

// ask puts one question to the part and hears its answer. A process that did
// not answer as it should is not asked again: what it said later would be
// taken for an answer to something else.
func (s *seat) ask(q question) (Reply, error) {
	if q.Alone {
		if err := s.retire(); err != nil {
			return Reply{}, err
		}
	}
	p, err := s.sit()
	if err != nil {
		return Reply{}, err
	}
	id := newNonce()
	line, err := json.Marshal(map[string]any{"id": id, "call": q.Func, "args": q.Args})
	if err != nil {
		return Reply{None: "garbage"}, nil // arguments of a judge that are no JSON
	}
	until := earlier(time.Now().Add(q.timeout()), s.table.until)
	before := p.CPU()
	p.Say(line, until)
	heard, err := p.Hear(until)
	reply := s.understand(p, id, heard, err)
	reply.CPUMS = ms(p.CPU() - before)
	switch {
	case reply.None == "timeout":
		p.stop(StatusTimeLimit, p.timeHit("wall", q.timeout(), q.timeout()))
		return reply, s.bury()
	case reply.None != "" && reply.None != "died":
		p.Kill(StatusKilled)
		return reply, s.bury()
	case reply.None != "":
		return reply, s.retire()
	case q.Alone:
		return reply, s.retire()
	}
	return reply, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// newNonce is 128 random bits, which a program cannot have foreseen.
func newNonce() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails
	}
	return hex.EncodeToString(b[:])
}

// understand makes a reply of a line, or of the want of one.
func (s *seat) understand(p *Process, id string, line []byte, err error) Reply {
	switch {
	case errors.Is(err, errTimeout), err != nil && p.outOfTime():
		return Reply{None: "timeout"}
	case errors.Is(err, errOversized):
		return Reply{None: "oversized"}
	case err != nil:
		return Reply{None: "died"}
	}
	return parseReply(id, line)
}

// outOfTime says whether we ended the process because its time was up.
func (p *Process) outOfTime() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopped == StatusTimeLimit
}

// parseReply reads {"id", one of "ok", "error", "panic", and "is"}.
func parseReply(id string, line []byte) Reply {
	var r struct {
		ID    string          `json:"id"`
		OK    json.RawMessage `json:"ok"`
		Error *string         `json:"error"`
		Is    []string        `json:"is"`
		Panic *string         `json:"panic"`
	}
	if json.Unmarshal(line, &r) != nil {
		return Reply{None: "garbage"}
	}
	given := 0
	for _, there := range []bool{r.OK != nil, r.Error != nil, r.Panic != nil} {
		if there {
			given++
		}
	}
	switch {
	case r.ID != id:
		return Reply{None: "mismatch"}
	case given != 1:
		return Reply{None: "garbage"}
	case r.OK != nil:
		return Reply{OK: append([]byte(nil), r.OK...)}
	case r.Panic != nil:
		return Reply{Panic: orSilent(*r.Panic)}
	}
	return Reply{Error: orSilent(*r.Error), Is: r.Is}
}

// orSilent keeps an empty text apart from none at all.
func orSilent(s string) string {
	if s == "" {
		return "(no text)"
	}
	return s
}

// retire asks the process to end and sees it off.
func (s *seat) retire() error {
	if s.now == nil {
		return nil
	}
	s.now.Hush()
	select {
	case <-s.now.Done():
	case <-time.After(min(parting, max(time.Until(s.table.until), 100*time.Millisecond))):
		s.now.Kill(StatusKilled)
	}
	return s.bury()
}

// bury waits for the end of the process and keeps what is known of it.
func (s *seat) bury() error {
	ended, err := s.now.Wait()
	s.now = nil
	if err != nil {
		return fmt.Errorf("part %s: %w", s.voice.Name, err)
	}
	s.table.out.Ended[s.voice.Name] = append(s.table.out.Ended[s.voice.Name], ended)
	return nil
}
