package site

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"course/tutor/content"
	"course/tutor/sandbox"
	"course/tutor/verify"
)

// person names who asks, for fairness between people: a local server has one.
const person = "learner"

// cellJob is the Job of a cell with other files: what verify proves of the
// author's text, so that a reader's run and the book's are the same. c is nil
// for a program that is in no cell.
func cellJob(c *content.Cell, files []sandbox.File) (sandbox.Job, error) {
	if c == nil {
		return sandbox.Job{Key: person, Kind: sandbox.KindProgram, Files: files, Vet: true}, nil
	}
	job, why := verify.JobOf(c)
	if why != "" {
		return job, fail("unsupported", "This listing can't be run: %s.", why)
	}
	job.Key, job.Files = person, files
	job.Vet = true
	if input := c.Options["stdin"]; input != "" {
		job.Stdin = contentOf(files, input) // the learner may change it too
		job.Files = slices.DeleteFunc(slices.Clone(files), func(f sandbox.File) bool { return f.Name == input })
	}
	return job, nil
}

// starterOf is the author's text of a cell.
func starterOf(c *content.Cell) []sandbox.File {
	files := make([]sandbox.File, 0, len(c.Files))
	for _, f := range c.Files {
		files = append(files, sandbox.File{Name: f.Name, Content: f.Content})
	}
	return files
}

// runLimits are the limits that a request may ask for: times in ms, sizes in
// bytes. Zero takes the default.
type runLimits struct {
	Wall      float64 `json:"wall"`
	CPU       float64 `json:"cpu"`
	Memory    int64   `json:"memory"`
	Processes int     `json:"processes"`
	Output    int64   `json:"output"`
	Disk      int64   `json:"disk"`
	Trace     int64   `json:"trace"`
}

// check names the first limit that is out of bounds.
func (l runLimits) check() error {
	asked := []float64{l.Wall, l.CPU, float64(l.Memory), float64(l.Processes), float64(l.Output), float64(l.Disk), float64(l.Trace)}
	for i, b := range sandbox.Bounds() {
		if b.Holds(asked[i]) {
			continue
		}
		can, allowed := fmt.Sprintf("0 (the default) to %.0f", b.Most), b.Most
		if b.Least > 0 {
			can = fmt.Sprintf("0 (the default), or %.0f to %.0f", b.Least, b.Most)
		}
		if asked[i] > 0 && asked[i] < b.Least {
			allowed = b.Least
		}
		p := fail("unsupported", "limits.%s is %s; it can be %s %s.", b.Name, strconv.FormatFloat(asked[i], 'f', -1, 64), can, b.Unit)
		p.Limit = &bound{"limits." + b.Name, allowed, asked[i]}
		return p
	}
	return nil
}

// limits are those of a Job.
func (l runLimits) limits() sandbox.Limits {
	return sandbox.Limits{
		Wall:   time.Duration(l.Wall * float64(time.Millisecond)),
		CPU:    time.Duration(l.CPU * float64(time.Millisecond)),
		Memory: l.Memory, Processes: l.Processes, Output: l.Output, Disk: l.Disk, Trace: l.Trace,
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
