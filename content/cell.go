package content

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// Flag reports whether a key of the fence stands alone, as trace or race.
func (c *Cell) Flag(key string) bool { return c.Options[key] == "true" }

// Procs is procs=, or 0.
func (c *Cell) Procs() int {
	n, _ := strconv.Atoi(c.Options["procs"]) // the fence was checked when it was read
	return n
}

// CPULimit is cpulimit=, or 0.
func (c *Cell) CPULimit() float64 {
	n, _ := strconv.ParseFloat(c.Options["cpulimit"], 64)
	return n
}

// Duration is a key such as timeout= or idle=, or 0.
func (c *Cell) Duration(key string) time.Duration {
	d, _ := time.ParseDuration(c.Options[key])
	return d
}

// Memory is memory= in bytes, or 0.
func (c *Cell) Memory() int64 {
	n, _ := ParseSize(c.Options["memory"])
	return n
}

// Args is args=, cut as a shell does.
func (c *Cell) Args() []string {
	args, _ := SplitArgs(c.Options["args"]) // the fence was checked when it was read
	return args
}

// Env is what env= adds to the environment, as KEY=VALUE.
func (c *Cell) Env() []string { return strings.Fields(c.Options["env"]) }

// Stdin is the text of the file that stdin= names.
func (c *Cell) Stdin() string {
	if f := c.file(c.Options["stdin"]); f != nil {
		return f.Content
	}
	return ""
}

// Runs says whether a reader can run the cell: as a program, as tests or as
// benchmarks.
func (c *Cell) Runs() bool { return c.Verb == "run" || c.Tests() }

// Tests says whether the cell's files are tests or benchmarks.
func (c *Cell) Tests() bool { return c.Verb == "test" || c.Verb == "bench" }

// Kind is the kind of a run of the cell without what its fence asks for
// besides: program, test, cover or bench.
func (c *Cell) Kind() string {
	switch {
	case c.Verb == "test" && c.Flag("cover"):
		return "cover"
	case c.Tests():
		return c.Verb
	}
	return "program"
}

// Traced says whether a run of the cell leaves one trace, of which a page can
// speak.
func (c *Cell) Traced() bool { return c.Verb == "run" && c.Flag("trace") && c.Options["vary"] == "" }

// Counted says whether a page can take numbers from runs of the cell: from
// their traces or their benchmarks.
func (c *Cell) Counted() bool {
	return c.Traced() || c.Verb == "bench"
}

// Source is the Go files of a cell: what is built.
func (c *Cell) Source() []File {
	return c.filter(func(f File) bool { return path.Ext(f.Name) == ".go" && !f.isData() })
}

// GoMod is the go.mod of a cell, which names its module; "" when it has none.
func (c *Cell) GoMod() string {
	if f := c.file("go.mod"); f != nil {
		return f.Content
	}
	return ""
}

// Foldered says whether a cell is a module: some of its packages lie in folders,
// or it has a go.mod.
func (c *Cell) Foldered() bool {
	for _, f := range c.Source() {
		if strings.Contains(f.Name, "/") {
			return true
		}
	}
	return c.GoMod() != ""
}

// Testdata is the files in folders testdata, which programs and tests find.
func (c *Cell) Testdata() []File { return c.filter(File.isData) }

func (c *Cell) filter(of func(File) bool) []File {
	var fs []File
	for _, f := range c.Files {
		if of(f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// isData says whether a file lies in a folder testdata.
func (f File) isData() bool {
	return strings.HasPrefix(f.Name, "testdata/") || strings.Contains(f.Name, "/testdata/")
}

// Hash names what a run of the cell depends on: its files and the keys of its
// fence that change a run. A recording carries the hash of its cell.
func (c *Cell) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "cell 1\x00%s\x00", c.Verb)
	for _, k := range sortedKeys(c.Options) {
		switch k {
		case "id", "file", "focus", "t", "see", "look", "caption", "expect":
		default:
			fmt.Fprintf(h, "%s=%s\x00", k, c.Options[k])
		}
	}
	for _, f := range c.Files {
		fmt.Fprintf(h, "%s\x00%d\x00%s", f.Name, len(f.Content), f.Content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// FileLine is the line in the Markdown of a line of one of the cell's files.
func (c *Cell) FileLine(name string, line int) int {
	at := c.CodeLine
	for i, f := range c.Files {
		if f.Name == name {
			return at + max(line, 1) - 1
		}
		at += strings.Count(f.Content, "\n")
		if i < len(c.Files)-1 {
			at++ // the next marker
		}
	}
	return c.Line
}
