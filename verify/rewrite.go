package verify

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"course/tutor/content"
)

// edit replaces n lines of a file, from line on (from 1).
type edit struct {
	line, n int
	text    []string
}

// rewriteOutput notes that a fence is to show what was printed; false when it
// can't or shall not be rewritten. A fence of patterns is its author's.
func (r *run) rewriteOutput(c *content.Cell, e *content.Expect, got string) bool {
	if !r.opts.Update || r.cfg.WriteDir == "" || r.cfg.Runner == nil || e.Mode == "match" || strings.Contains(got, "```") {
		return false
	}
	now := lines(got)
	if e.Mode == "first" {
		if len(now) < e.N {
			return false
		}
		now = now[:e.N]
	}
	r.edits[c.File] = append(r.edits[c.File], edit{e.Line + 1, strings.Count(e.Text, "\n"), now})
	e.Text = strings.Join(now, "\n") + "\n"
	return true
}

// writeEdits applies what was noted, from the end of each file upwards, so
// that the lines above keep their numbers.
func (r *run) writeEdits() error {
	for file, edits := range r.edits {
		name := filepath.Join(r.cfg.WriteDir, filepath.FromSlash(file))
		data, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("rewrite outputs: %w", err)
		}
		if err := os.WriteFile(name, apply(data, edits), 0o644); err != nil {
			return fmt.Errorf("rewrite outputs: %w", err)
		}
	}
	clear(r.edits)
	return nil
}

func apply(data []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return b.line - a.line })
	all := strings.Split(string(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))), "\n")
	for _, e := range edits {
		fence := all[e.line-2]
		indent := fence[:len(fence)-len(strings.TrimLeft(fence, " \t>"))]
		var text []string
		for _, line := range e.text {
			text = append(text, indent+line)
		}
		all = slices.Replace(all, e.line-1, e.line-1+e.n, text...)
	}
	return []byte(strings.Join(all, "\n"))
}
