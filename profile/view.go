package profile

import (
	"cmp"
	"maps"
	"slices"

	pprof "github.com/google/pprof/profile"
)

// at is a line of a function.
type at struct {
	name, file string
	line       int
}

// sums add up one view.
type sums struct {
	functions map[string]*Function
	lines     map[at]*Line
	perLine   map[at]int64 // cum of every line, own or not
	view      View
}

// view adds up the values of one kind.
func (k kind) view(file *pprof.Profile, stacks []stack) View {
	t := file.SampleType[k.value]
	s := &sums{functions: map[string]*Function{}, lines: map[at]*Line{}, perLine: map[at]int64{},
		view: View{Name: clip(t.Type), Unit: clip(t.Unit), Functions: []Function{}, Lines: []Line{}}}
	if k.count >= 0 {
		s.view.Counted = clip(file.SampleType[k.count].Type)
	}
	tree := newTree()
	most := int64(1<<62) / int64(max(1, len(stacks))) // no sum is more than a number can be
	for _, st := range stacks {
		v := min(max(0, st.sample.Value[k.value]), most)
		n := int64(0)
		if k.count >= 0 {
			n = min(max(0, st.sample.Value[k.count]), most)
		}
		if v == 0 && n == 0 {
			continue
		}
		s.add(st.frames, v, n)
		tree.add(st.frames, v)
	}
	s.finish()
	s.view.Root = tree.prune()
	return s.view
}

func (s *sums) add(frames []frame, v, n int64) {
	s.view.Total += v
	s.view.Count += n
	seen := map[string]bool{}
	seenLine := map[at]bool{}
	for i, f := range frames {
		leaf := i == len(frames)-1
		fn := s.functions[f.name]
		if fn == nil {
			fn = &Function{Name: f.name, File: f.file, Own: f.own}
			s.functions[f.name] = fn
		}
		where := at{f.name, f.file, f.line}
		if !seen[f.name] {
			fn.Cum += v
		}
		if !seenLine[where] {
			s.perLine[where] += v
		}
		if leaf {
			fn.Flat += v
			fn.Count += n
		}
		if f.own && f.line > 0 {
			s.line(f, v, leaf, !seenLine[where])
		}
		seen[f.name], seenLine[where] = true, true
	}
}

func (s *sums) line(f frame, v int64, leaf, first bool) {
	where := at{"", f.file, f.line}
	l := s.lines[where]
	if l == nil {
		l = &Line{File: f.file, Line: f.line}
		s.lines[where] = l
	}
	if first {
		l.Cum += v
	}
	if leaf {
		l.Flat += v
	}
}

// finish sorts what was added up, and keeps the first of it.
func (s *sums) finish() {
	for where, v := range s.perLine {
		if fn := s.functions[where.name]; fn.Line == 0 || v > s.perLine[at{fn.Name, fn.File, fn.Line}] ||
			v == s.perLine[at{fn.Name, fn.File, fn.Line}] && where.line < fn.Line {
			fn.File, fn.Line = where.file, where.line
		}
	}
	for _, fn := range s.functions {
		s.view.Functions = append(s.view.Functions, *fn)
	}
	slices.SortFunc(s.view.Functions, func(a, b Function) int {
		return cmp.Or(cmp.Compare(b.Flat, a.Flat), cmp.Compare(b.Cum, a.Cum), cmp.Compare(a.Name, b.Name))
	})
	if n := len(s.view.Functions); n > maxFunctions {
		s.view.Functions, s.view.Others = s.view.Functions[:maxFunctions], n-maxFunctions
	}
	for _, l := range slices.SortedFunc(maps.Values(s.lines), func(a, b *Line) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	}) {
		if len(s.view.Lines) < maxLines {
			s.view.Lines = append(s.view.Lines, *l)
		}
	}
}
