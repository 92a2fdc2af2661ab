package site

import (
	"slices"
	"time"

	"course/tutor/content"
	"course/tutor/sandbox"
	"course/tutor/verify"
)

// person names who asks, for fairness between people: a local server has one.
const person = "learner"

// most bounds what a request may ask for.
func most() sandbox.Limits {
	return sandbox.Limits{
		Wall:      60 * time.Second,
		CPU:       120 * time.Second,
		Memory:    1 << 30,
		Processes: 512,
		Output:    4 << 20,
		Disk:      64 << 20,
		Trace:     64 << 20,
	}
}

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
	job.Key, job.Files, job.Limits = person, files, job.Limits.Within(most())
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
	top := most()
	for _, f := range []struct {
		name, unit string
		asked      float64
		allowed    float64
	}{
		{"wall", "ms", l.Wall, ms(top.Wall)},
		{"cpu", "ms", l.CPU, ms(top.CPU)},
		{"memory", "bytes", float64(l.Memory), float64(top.Memory)},
		{"processes", "tasks", float64(l.Processes), float64(top.Processes)},
		{"output", "bytes", float64(l.Output), float64(top.Output)},
		{"disk", "bytes", float64(l.Disk), float64(top.Disk)},
		{"trace", "bytes", float64(l.Trace), float64(top.Trace)},
	} {
		if f.asked < 0 || f.asked > f.allowed {
			p := fail("unsupported", "limits.%s is %.0f; it can be 0 (the default) to %.0f %s.", f.name, f.asked, f.allowed, f.unit)
			p.Limit = &bound{"limits." + f.name, f.allowed, f.asked}
			return p
		}
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
