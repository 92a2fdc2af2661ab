package content

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// ErrNoRecording is what Recording answers for a cell that was never recorded.
var ErrNoRecording = errors.New("no recording")

// maxTrace bounds a recorded trace after decompression.
const maxTrace = 64 << 20

// Recording is the book's own run of a cell.
type Recording struct {
	Result []byte // JSON of the Result, with a stamp (see Stamp)
	Trace  []byte // the execution trace; nil when none was taken
	Stamp
}

// Stamp says what was recorded: the toolchain, as "go1.26.8", and the hash of
// the cell. It is the key "recorded" of result.json.
type Stamp struct {
	GoVersion string `json:"go"`
	Cell      string `json:"cell"`
}

// Recording reads _recorded/ID of the cell with that id=. The error is
// ErrNoRecording when there is none.
func (c *Course) Recording(id string) (*Recording, error) {
	cell := c.Cell(id)
	if cell == nil {
		return nil, fmt.Errorf("recording %s: %w", id, ErrNoRecording)
	}
	dir := RecordingDir(cell)
	result, err := fs.ReadFile(c.fsys, path.Join(dir, "result.json"))
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNoRecording
	}
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", id, err)
	}
	rec := &Recording{Result: result}
	var stamped struct {
		Recorded Stamp `json:"recorded"`
	}
	if err := json.Unmarshal(result, &stamped); err != nil {
		return nil, fmt.Errorf("recording %s: %w", id, err)
	}
	rec.Stamp = stamped.Recorded
	if rec.Trace, err = c.recordedTrace(dir); err != nil {
		return nil, fmt.Errorf("recording %s: %w", id, err)
	}
	return rec, nil
}

// RecordingDir is the folder of a cell's recording, in the course folder.
func RecordingDir(cell *Cell) string {
	return path.Join(path.Dir(cell.File), "_recorded", cell.ID)
}

func (c *Course) recordedTrace(dir string) ([]byte, error) {
	packed, err := fs.ReadFile(c.fsys, path.Join(dir, "trace.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("read trace.gz: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(z, maxTrace+1))
	if err == nil && len(data) > maxTrace {
		err = fmt.Errorf("it is larger than %d bytes", maxTrace)
	}
	if err != nil {
		return nil, fmt.Errorf("read trace.gz: %w", err)
	}
	return data, nil
}

// Recorded lists the recordings that exist: folder in the course by cell id,
// whether or not there is such a cell.
func (c *Course) Recorded() (map[string]string, error) {
	found := map[string]string{}
	for _, ch := range c.Chapters {
		dir := path.Join(path.Dir(ch.Page.File), "_recorded")
		entries, err := fs.ReadDir(c.fsys, dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list recordings: %w", err)
		}
		for _, e := range entries {
			if e.IsDir() {
				found[e.Name()] = path.Join(dir, e.Name())
			}
		}
	}
	return found, nil
}
