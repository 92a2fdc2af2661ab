package exectrace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/exp/trace"
)

// headerLen is the length of a trace's header, "go 1.26 trace\0\0\0".
const headerLen = 16

// oldFormats had another layout, and are refused.
var oldFormats = []string{"go1.5", "go1.7", "go1.8", "go1.9", "go1.10", "go1.11", "go1.19", "go1.21"}

// endless are the formats whose parts have no end of their own.
var endless = []string{"go1.22", "go1.23", "go1.24", "go1.25"}

// source reads events and turns the reader's complaints into ours.
type source struct {
	in      *counter
	parts   *parts // nil before go1.26
	reader  *trace.Reader
	version string // "go1.26"
}

// counter knows how far the input was read, and whether it has ended.
type counter struct {
	r   io.Reader
	n   int64
	eof bool
	err error // of the input itself
	// tail are the last bytes that were read: a mark would stand there.
	tail lastBytes
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.tail.add(p[:n])
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		c.eof = true
	default:
		c.err = err
	}
	return n, err
}

// errCut says that the input ends in the middle of a trace.
var errCut = errors.New("the input ends in the middle of a trace")

// open reads the header.
func open(r io.Reader, partial bool) (*source, error) {
	in := &counter{r: r}
	head := make([]byte, headerLen)
	n, err := io.ReadFull(in, head)
	if in.err != nil {
		return nil, fmt.Errorf("read trace: %w", in.err)
	}
	if n == 0 {
		return nil, &BadTraceError{What: "it is empty", Offset: -1}
	}
	if bytes.HasPrefix(head[:n], []byte{0x1f, 0x8b}) {
		return nil, &BadTraceError{What: "it is compressed with gzip: unpack it first, with gunzip", Offset: 0}
	}
	version, ok := headerVersion(head[:n])
	if !ok {
		return nil, &BadTraceError{What: "this is not a Go execution trace: it does not begin with \"go 1.N trace\"", Offset: 0}
	}
	if err != nil {
		return nil, &BadTraceError{What: "it ends within its header", Offset: in.n}
	}
	if slices.Contains(oldFormats, version) {
		return nil, &BadTraceError{What: "it was written by " + version + " or before; traces of go1.22 and later can be read", Offset: 0}
	}
	s := &source{in: in, version: version}
	rest := io.MultiReader(bytes.NewReader(head), in)
	if !slices.Contains(endless, version) {
		s.parts = newParts(in, head, partial)
		rest = s.parts
	}
	s.reader, err = newReader(rest)
	if err != nil {
		return nil, s.explain(err)
	}
	return s, nil
}

// headerVersion takes "go1.26" from a header, or from the part of one that is
// there.
func headerVersion(head []byte) (string, bool) {
	rest, ok := bytes.CutPrefix(head, []byte("go 1."))
	if !ok {
		return "", false
	}
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 4 {
		return "", false
	}
	tail := rest[digits:]
	want := []byte(" trace\x00\x00\x00\x00\x00")
	if len(tail) > len(want) || !bytes.HasPrefix(want, tail) {
		return "", false
	}
	return "go1." + string(rest[:digits]), true
}

// explain says what an error of the reader means for whoever has the bytes.
func (s *source) explain(err error) error {
	switch {
	case s.in.err != nil:
		return fmt.Errorf("read trace: %w", s.in.err)
	case strings.Contains(err.Error(), "unsupported"):
		return &BadTraceError{What: fmt.Sprintf("it was written by %s, which is not known here", s.version), Offset: 0}
	case s.in.eof && looksCut(err):
		return errCut
	}
	what := isDamaged + oneLine(err.Error())
	if s.parts == nil {
		return &BadTraceError{What: what, Offset: s.in.n}
	}
	return &BadTraceError{What: fmt.Sprintf("%s, in the part from byte %d to byte %d", what, s.parts.from, s.parts.n), Offset: -1}
}

// oneLine keeps of the reader's words what a person can use: it may add the
// state of every goroutine, or bytes of the trace.
func oneLine(msg string) string {
	const most = 200
	msg, _, _ = strings.Cut(msg, "\n")
	msg = strings.ToValidUTF8(msg[:min(len(msg), most)], "?")
	msg = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, msg)
	return strings.TrimRight(msg, ": ")
}

// looksCut says whether the reader ran out of bytes, and not into wrong ones.
func looksCut(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	msg := err.Error()
	for _, sign := range []string{"truncated", "failed to read full batch", "no frequency event", "no clock snapshot"} {
		if strings.Contains(msg, sign) {
			return true
		}
	}
	return false
}

// ending is how the trace ends that the parts of it tell.
func (s *source) ending() ending {
	if s.parts == nil {
		return ending{}
	}
	return s.parts.end
}

// ended says what an error of the reader means. io.EOF ends a whole trace,
// errCut one that was cut.
func (s *source) ended(err error) error {
	if err == io.EOF { // a wrapped EOF is a cut, not an end
		return err
	}
	return s.explain(err)
}

// errPanicked marks a panic within the reading library.
var errPanicked = errors.New("the reader gave up")

func newReader(in io.Reader) (r *trace.Reader, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanicked, p)
		}
	}()
	return trace.NewReader(in)
}
