package toolchain

import (
	"fmt"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// coverage reads which blocks ran. It is nil when the program did not live to
// hand that over, as when it panics.
func (r *run) coverage(e *sandbox.Ended) *sandbox.Coverage {
	if e.Trace == nil || e.Trace.Cover == nil {
		return nil
	}
	known := r.tests.covered()
	c := &sandbox.Coverage{Mode: "set", Functions: []sandbox.CoveredFunc{}}
	files := map[string]*sandbox.CoveredFile{}
	for _, name := range known {
		files[name] = &sandbox.CoveredFile{Name: r.tests.shown(name), Blocks: []sandbox.Block{}}
	}
	for line := range strings.Lines(string(e.Trace.Cover)) {
		var name string
		var b sandbox.Block
		if _, err := fmt.Sscanf(line, "%s %d.%d %d.%d %d %d\n", &name, &b.Line, &b.Col, &b.EndLine, &b.EndCol, &b.Statements, &b.Count); err != nil {
			continue // not ours: the program wrote to the descriptor
		}
		if f := files[name]; f != nil {
			f.Blocks = append(f.Blocks, b)
		}
	}
	for _, f := range r.tests.own {
		file := files[f.Name]
		if file == nil {
			continue
		}
		slices.SortFunc(file.Blocks, func(a, b sandbox.Block) int { return (a.Line-b.Line)<<16 + a.Col - b.Col })
		c.Files = append(c.Files, *file)
		f.Name = file.Name
		for _, fn := range scanFuncs(f) {
			fn.count(file.Blocks)
			c.Functions = append(c.Functions, fn.CoveredFunc)
		}
		for _, b := range file.Blocks {
			c.Statements += b.Statements
			if b.Count > 0 {
				c.Covered += b.Statements
			}
		}
	}
	return c
}
