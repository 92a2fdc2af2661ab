package exectrace

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxOptions bounds the options' line on the wire.
const maxOptions = 64 << 10

// Request is what Serve reads: the options as one line of JSON, then the trace.
func Request(opts Options, trace []byte) ([]byte, error) {
	head, err := requestHead(opts)
	return append(head, trace...), err
}

// RequestFrom is Request for a trace that is read on the way.
func RequestFrom(opts Options, trace io.Reader) (io.Reader, error) {
	head, err := requestHead(opts)
	return io.MultiReader(bytes.NewReader(head), trace), err
}

func requestHead(opts Options) ([]byte, error) {
	head, err := json.Marshal(opts)
	if err != nil {
		return nil, fmt.Errorf("encode trace options: %w", err)
	}
	if len(head) >= maxOptions {
		return nil, fmt.Errorf("encode trace options: they take %d bytes, at most %d are read", len(head), maxOptions)
	}
	return append(head, '\n'), nil
}

// Serve reads one Request from in and writes what Parse made of it to out, for
// Decode. A trace that cannot be read is an answer too; the error is ours.
func Serve(in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, maxOptions)
	head, err := r.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("read trace options: %w", err)
	}
	var opts Options
	if err := json.Unmarshal(bytes.Clone(head), &opts); err != nil {
		return fmt.Errorf("read trace options: %w", err)
	}
	t, err := Parse(r, opts)
	var a answer
	switch bad := (*BadTraceError)(nil); {
	case errors.As(err, &bad):
		a.Bad, a.Offset, a.Cut = bad.What, bad.Offset, bad.Cut
	case err != nil:
		return err
	default:
		if a.Columns, err = pack(t); err != nil {
			return err
		}
	}
	w := bufio.NewWriter(out)
	if err := gob.NewEncoder(w).Encode(&a); err != nil {
		return fmt.Errorf("encode trace: %w", err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write trace: %w", err)
	}
	return nil
}

// Decode reads what Serve wrote. Its error is a *BadTraceError when Serve found
// the trace unreadable.
func Decode(r io.Reader) (*Trace, error) {
	var a answer
	if err := gob.NewDecoder(r).Decode(&a); err != nil {
		return nil, fmt.Errorf("decode trace: %w", err)
	}
	if a.Bad != "" {
		return nil, &BadTraceError{What: a.Bad, Offset: a.Offset, Cut: a.Cut}
	}
	t, err := a.Columns.unpack()
	if err != nil {
		return nil, fmt.Errorf("decode trace: %w", err)
	}
	return t, nil
}
