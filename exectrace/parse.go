package exectrace

import (
	"errors"
	"fmt"
	"io"
)

// maxWall is the longest trace that is believed, in ns: a day.
const maxWall = 24 * 3600 * 1e9

// Parse reads an execution trace to its end. A trace that was cut gives what
// was read of it, with Metrics.Truncated set. The error is a *BadTraceError
// when the bytes are no trace, of a version not known, damaged, or too short to
// hold anything; otherwise it is that of r.
func Parse(r io.Reader, opts Options) (*Trace, error) {
	s, err := open(r, opts.Partial)
	if err != nil {
		return nil, ifCut(err, 0)
	}
	b := newBuilder(opts)
	how, err := b.readAll(s)
	if err != nil {
		return nil, err
	}
	return b.report(s.version, how, findMark(s.in.tail.data))
}

// ending is how a trace ended before its end: "" when it did not. why is a clause
// on what is lost, at the byte where that begins.
type ending struct {
	how, why string
	at       int64
}

// damage is what is lost, and where: Trace.Damage.
func (e ending) damage() string {
	if e.how != "damaged" || e.at <= 0 {
		return e.why
	}
	return fmt.Sprintf("%s (at byte %d)", e.why, e.at)
}

// bad is the error for a trace of which nothing can be shown.
func (e ending) bad() *BadTraceError {
	if e.how == "damaged" {
		return &BadTraceError{What: isDamaged + e.why, Offset: e.at}
	}
	what := "it was cut off before its first part was whole"
	if e.why != "" {
		what += ": " + e.why
	}
	return &BadTraceError{What: what, Offset: e.at, Cut: true}
}

// readAll feeds all events to the state machine.
func (b *builder) readAll(s *source) (ending, error) {
	a := readAhead(s)
	defer a.close()
	at, err := a.each(func(ev *read) error {
		b.event(ev)
		if b.now > maxWall {
			return errTooLong
		}
		return nil
	})
	if err == errTooLong {
		return ending{}, &BadTraceError{What: fmt.Sprintf("its clock runs for %.0f hours", float64(b.now)/3600e9), Offset: at}
	}
	end := s.ending()
	switch {
	case s.in.err != nil:
		return ending{}, err
	case end.how != "" && (b.events == 0 || end.how == "damaged" && !b.opts.Partial):
		return ending{}, end.bad()
	case end.how != "":
		if bad := asBad(err); bad != nil && end.how == "damaged" {
			end.why += "; then " + bad.clause()
		}
		return end, nil
	case err == io.EOF && b.events == 0:
		return ending{}, &BadTraceError{What: "it holds no events", Offset: at}
	case err == io.EOF:
		return ending{}, nil
	case errors.Is(err, errCut) && b.events > 0:
		return ending{how: "cut", at: at}, nil
	case b.opts.Partial && b.events > 0 && asBad(err) != nil:
		return ending{"damaged", asBad(err).clause(), asBad(err).Offset}, nil
	}
	return ending{}, ifCut(err, at)
}

var errTooLong = errors.New("the clock of the trace runs for too long")

// ifCut says that too little is left of a cut trace to show any of it.
func ifCut(err error, at int64) error {
	if errors.Is(err, errCut) {
		return &BadTraceError{What: "it was cut off before its first part was whole", Offset: at, Cut: true}
	}
	return err
}

// asBad is err when the bytes are at fault; nil otherwise.
func asBad(err error) *BadTraceError {
	var bad *BadTraceError
	errors.As(err, &bad)
	return bad
}
