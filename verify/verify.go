package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"course/tutor/content"
	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
)

// Problem is one thing that is not true, in the words of tutor verify. File
// is below the course's folder: content/... or exercises/...
type Problem = content.Problem

// Config is what a Verifier works with.
type Config struct {
	Content   fs.FS // course.yaml and the chapters
	Exercises fs.FS // a folder an exercise

	// Runner runs the listings. Without one, what only a run can tell is
	// compared with the recordings instead.
	Runner sandbox.Runner
	// Judge makes what grades under one seed. Without it exercises are only
	// read.
	Judge func(seed string) grade.Judge
	// Analyse reads the execution trace of a listing; own is Result.Packages.
	Analyse func(ctx context.Context, own []string, trace []byte) (*exectrace.Trace, error)
	// GOROOT is the installed toolchain: its source holds the facts, its go
	// command vets. Needed.
	GOROOT string

	// CacheDir keeps what was proven, so that after an edit only what depends
	// on it is run again. "" keeps nothing.
	CacheDir string
	// WriteDir is the content folder on disk, for Options.Update.
	WriteDir string
	Seeds    int // seeds an exercise is proven under; 0: 3
	Repeats  int // runs of a listing that must print the same; 0: 10
}

// Options are the wishes of one Run.
type Options struct {
	// Update writes recordings that are missing or stale and rewrites output
	// fences that differ from what was printed.
	Update bool
	// Paths keeps to the files below these, as content/03-scheduler or
	// exercises/03-01-scheduler-analysis/exercise.md. Empty: everything.
	Paths []string
	// Progress is told what is looked at next; nil when nobody watches.
	Progress func(what string)
}

// Verifier proves a course. It may be used again after files have changed.
type Verifier struct {
	cfg       Config
	goVersion string
	cache     *cache
}

// New makes a Verifier. It fails when there is no toolchain at GOROOT.
func New(cfg Config) (*Verifier, error) {
	version, err := toolchainVersion(cfg.GOROOT)
	if err != nil {
		return nil, err
	}
	cfg.Seeds, cfg.Repeats = cmp.Or(cfg.Seeds, 3), cmp.Or(cfg.Repeats, 10)
	return &Verifier{cfg: cfg, goVersion: version, cache: &cache{dir: cfg.CacheDir}}, nil
}

func toolchainVersion(goroot string) (string, error) {
	data, err := os.ReadFile(filepath.Join(goroot, "VERSION"))
	if err != nil {
		return "", fmt.Errorf("find the Go toolchain: %w", err)
	}
	version, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(version), nil
}

func (v *Verifier) now() time.Time { return time.Now() }

// Run proves the course and gives what is not true, sorted by file and line.
func (v *Verifier) Run(ctx context.Context, opts Options) ([]Problem, error) {
	r := &run{Verifier: v, opts: opts, ctx: ctx}
	if err := r.pathsExist(); err != nil {
		return nil, err
	}
	if err := r.load(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{r.text, r.vendored, r.facts, r.format, r.vet, r.cells, r.numbers, r.recordings, r.bookmarks, r.comparisons, r.grades} {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("verify: %w", context.Cause(ctx))
		}
		if err := step(); err != nil {
			return nil, err
		}
	}
	return r.sorted(), nil
}

// run is one Run under way.
type run struct {
	*Verifier
	ctx       context.Context
	opts      Options
	course    *content.Course
	exercises []*exercises.Exercise
	problems  []Problem
	seen      map[*content.Cell][]*observation // the runs of this Run, or of the cache
	edits     map[string][]edit                // of Update, by file
}

func (r *run) load() error {
	var err error
	r.seen, r.edits = map[*content.Cell][]*observation{}, map[string][]edit{}
	if r.course, err = content.Load(r.cfg.Content); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	all, found, err := exercises.Load(r.cfg.Exercises)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	r.exercises = all
	for _, p := range r.course.Problems {
		r.add(inContent(p.File), p.Line, p.Rule, p.Message, p.Fix)
	}
	for _, p := range found {
		r.add(inExercises(p.File), p.Line, p.Rule, p.Message, p.Fix)
	}
	return nil
}

func inContent(file string) string   { return "content/" + file }
func inExercises(file string) string { return "exercises/" + file }

func (r *run) add(file string, line int, rule, message, fix string) {
	r.problems = append(r.problems, Problem{File: file, Line: line, Rule: rule, Message: message, Fix: fix})
}

// at adds a problem of a cell.
func (r *run) at(c *content.Cell, line int, rule, message, fix string) {
	r.add(inContent(c.File), line, rule, message, fix)
}

// ErrPath is wrapped when one of Options.Paths is no file or folder of the
// course.
var ErrPath = errors.New("no such file in the course")

func (r *run) pathsExist() error {
	r.opts.Paths = slices.Clone(r.opts.Paths)
	for i, p := range r.opts.Paths {
		clean := path.Clean(filepath.ToSlash(p))
		r.opts.Paths[i] = clean
		fsys, rest := r.cfg.Content, clean
		if below, ok := strings.CutPrefix(clean, "content/"); ok {
			rest = below
		} else if below, ok := strings.CutPrefix(clean, "exercises/"); ok {
			fsys, rest = r.cfg.Exercises, below
		} else if clean == "." || clean == "content" || clean == "exercises" {
			continue
		} else {
			return fmt.Errorf("verify %s: %w", p, ErrPath)
		}
		if _, err := fs.Stat(fsys, rest); err != nil {
			return fmt.Errorf("verify %s: %w", p, ErrPath)
		}
	}
	return nil
}

// wants reports whether a file was asked for.
func (r *run) wants(file string) bool {
	if len(r.opts.Paths) == 0 {
		return true
	}
	return slices.ContainsFunc(r.opts.Paths, func(p string) bool {
		return p == "." || p == file || strings.HasPrefix(file, p+"/")
	})
}

func (r *run) progress(format string, args ...any) {
	if r.opts.Progress != nil {
		r.opts.Progress(fmt.Sprintf(format, args...))
	}
}

// sorted is what was found in the files asked for, each thing once.
func (r *run) sorted() []Problem {
	found := slices.DeleteFunc(r.problems, func(p Problem) bool { return !r.wants(p.File) })
	slices.SortFunc(found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(found)
}

// runnable lists the cells that are run, of the pages asked for.
func (r *run) runnable() []*content.Cell {
	var cells []*content.Cell
	for _, p := range r.course.Pages() {
		for _, c := range p.Cells {
			if r.wants(inContent(p.File)) && c.Exercise == "" && c.Verb != "norun" && len(c.Source()) > 0 {
				cells = append(cells, c)
			}
		}
	}
	return cells
}

// exercisesAsked lists the exercises of which any file was asked for.
func (r *run) exercisesAsked() []*exercises.Exercise {
	return slices.DeleteFunc(slices.Clone(r.exercises), func(ex *exercises.Exercise) bool {
		dir := inExercises(ex.Dir)
		asked := r.wants(dir) || slices.ContainsFunc(r.opts.Paths, func(p string) bool {
			return strings.HasPrefix(p, dir+"/")
		})
		return !asked
	})
}
