package grade

import (
	"fmt"
	"slices"
	"strings"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// The names of the parts of a Job.
const (
	learnerPart   = "learner"
	referencePart = "reference"
	judgePart     = "judge"
)

// learnerFiles puts the learner's package together: the files handed in that
// may be edited, and ours that are shown. The sentence says why it cannot be
// built; "" when it can.
func learnerFiles(ex *exercises.Exercise, handed []sandbox.File) (files []sandbox.File, why string) {
	for _, name := range ex.Edit {
		at := slices.IndexFunc(handed, func(f sandbox.File) bool { return f.Name == name })
		if at < 0 {
			return nil, fmt.Sprintf("%s is missing: hand in %s.", name, strings.Join(ex.Edit, ", "))
		}
		files = append(files, handed[at])
	}
	return append(files, ex.Shown()...), ""
}

// probed is a part that runs the exercise's probe over a package.
func probed(ex *exercises.Exercise, name string, files []sandbox.File) sandbox.Part {
	deny, replace := importPolicy(ex)
	return sandbox.Part{Name: name, Packages: []sandbox.Package{
		{Path: probePath, Files: probeKit(), Trusted: true},
		{Path: learnerPath, Files: files, Deny: deny, ImportMap: replace},
		{Path: "main", Files: ex.Probe, Trusted: true},
	}}
}

func (s *session) learner() sandbox.Part { return probed(s.ex, learnerPart, s.files) }

func (s *session) reference() sandbox.Part {
	return probed(s.ex, referencePart, append(slices.Clone(s.ex.Solution), s.ex.Shown()...))
}

// program is the part of a learner who writes package main.
func (s *session) program(name string, files []sandbox.File) sandbox.Part {
	deny, replace := importPolicy(s.ex)
	return sandbox.Part{Name: name, Packages: []sandbox.Package{{Path: "main", Files: files, Deny: deny, ImportMap: replace}}}
}

// job is a Job with the limits of the exercise.
func (s *session) job(d *sandbox.Dialogue, parts ...sandbox.Part) sandbox.Job {
	l := s.ex.Limits
	return sandbox.Job{Key: s.work.Key, Kind: sandbox.KindProgram, Engine: sandbox.EngineGo, Parts: parts, Dialogue: d, Procs: l.Procs,
		Limits: sandbox.Limits{Wall: l.Wall, CPU: l.CPU, Memory: l.Memory, Output: l.Output}}
}

// partOf is the result of one part; a Job of one part may answer with just one.
func partOf(res *sandbox.Result, name string) *sandbox.Result {
	if part := res.Parts[name]; part != nil {
		return part
	}
	return res
}

// referenceTrouble is an error when the reference's part did not even run.
func referenceTrouble(part *sandbox.Result) error {
	switch part.Status {
	case sandbox.StatusCompileError, sandbox.StatusRefused, sandbox.StatusCompileLimit:
		return fmt.Errorf("%w: %s", errReference, firstDiagnostic(part))
	}
	return nil
}

func firstDiagnostic(res *sandbox.Result) string {
	if len(res.Diagnostics) == 0 {
		return string(res.Status)
	}
	d := res.Diagnostics[0]
	return fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Message)
}
