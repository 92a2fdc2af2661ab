package sandbox

import (
	"bufio"
	"errors"
	"os"
	"time"
)

// maxLine bounds a line of the probe protocol, its newline included.
const maxLine = 64 << 10

// How hearing a line can fail. Each is something a program did.
var (
	errTimeout   = errors.New("no line in time")
	errDied      = errors.New("the program has ended")
	errOversized = errors.New("the line is too long")
)

// talk are our ends of the pipes to a program.
type talk struct {
	printed *os.File // its stdout
	stdin   *os.File // nil when it has none
	in, out *os.File // its descriptors 3 and 4; nil without a conversation
	lines   *bufio.Reader
}

// Say writes a line to the program's descriptor 3. That nobody reads it shows
// when no answer is heard.
func (p *Process) Say(line []byte, until time.Time) {
	_ = p.talk.in.SetWriteDeadline(until)
	_, _ = p.talk.in.Write(append(line, '\n'))
}

// Hear reads a line from the program's descriptor 4, without its newline. The
// line is valid until the next is heard.
func (p *Process) Hear(until time.Time) ([]byte, error) {
	_ = p.talk.out.SetReadDeadline(until)
	if p.talk.lines == nil {
		p.talk.lines = bufio.NewReaderSize(p.talk.out, maxLine)
	}
	line, err := p.talk.lines.ReadSlice('\n')
	switch {
	case err == nil:
		return line[:len(line)-1], nil
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, errOversized
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errTimeout
	}
	return nil, errDied // the end of the stream, whatever was left of a line
}

// Hush closes the program's descriptor 3, which asks it to end.
func (p *Process) Hush() { p.talk.in.Close() }
