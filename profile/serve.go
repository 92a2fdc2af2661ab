package profile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// answer is what Serve writes.
type answer struct {
	Bad     string   `json:"bad,omitempty"`
	Profile *Profile `json:"profile,omitempty"`
}

// Request is the input of Serve: the options on one line, then the file.
func Request(opts Options, file []byte) ([]byte, error) {
	head, err := json.Marshal(opts)
	if err != nil {
		return nil, fmt.Errorf("encode profile options: %w", err)
	}
	return append(append(head, '\n'), file...), nil
}

// Serve is the helper "profile": it reads a Request and answers for Decode.
func Serve(in io.Reader, out io.Writer) error {
	r := bufio.NewReader(in)
	head, err := r.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read profile options: %w", err)
	}
	var opts Options
	if err := json.Unmarshal(head, &opts); err != nil {
		return fmt.Errorf("read profile options: %w", err)
	}
	file, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read profile: %w", err)
	}
	var a answer
	a.Profile, err = Parse(file, opts)
	if bad := (*BadError)(nil); errors.As(err, &bad) {
		a.Bad = bad.Reason
	} else if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(&a)
}

// Decode reads what Serve wrote. Its error is a *BadError when Serve found the
// file unreadable.
func Decode(data []byte) (*Profile, error) {
	var a answer
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&a); err != nil {
		return nil, fmt.Errorf("decode profile: %w", err)
	}
	if a.Bad != "" || a.Profile == nil {
		return nil, &BadError{a.Bad}
	}
	return a.Profile, nil
}
