package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// write puts the table where it is wanted.
func (s *soak) write() error {
	if s.out == "" {
		return s.table(os.Stdout)
	}
	var b strings.Builder
	if err := s.table(&b); err != nil {
		return err
	}
	if err := os.WriteFile(s.out, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

const head = `# Rules under load

How runs bear being given up, killed and damaged has a page of its own: [runsoak.md](runsoak.md).

Every rule about a trace is asked again and again: about the reference, which it must pass, and about the wrong solutions that are written for it, which it must refuse, with the sentence that they name. Each run has another seed. *Quiet* is the machine as it was, *loaded* the same with %d further programs that each want a processor all the time, and two solutions graded at once.

A wrong verdict is a reference that was refused, a wrong solution that passed, or one that was refused with another sentence. "Not judged" is a verdict that says that it cannot tell: it costs no attempt and is tried again.

Made by ` + "`go run ./bench/soak -runs %d -o docs/soak.md`" + ` with %s on %s/%s, %d CPUs.

| exercise | rule | solution | must | quiet: runs | wrong | not judged | loaded: runs | wrong | not judged |
|---|---|---|---|---:|---:|---:|---:|---:|---:|
`

// table writes the page that is kept as docs/soak.md.
func (s *soak) table(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, head, s.hogs, s.runs, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	runs := 0
	for _, sub := range s.subjects {
		must := "pass"
		if sub.want != "" {
			must = "fail"
		}
		for _, c := range sub.ex.Checks {
			quiet, loaded := s.tally.of(sub, c.ID, false), s.tally.of(sub, c.ID, true)
			runs += quiet.Runs + loaded.Runs
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", sub.ex.ID, c.ID, sub.name, must, quiet.cells(), loaded.cells())
		}
	}
	fmt.Fprintf(&b, "\n%d verdicts, %d of them wrong.\n", runs, s.tally.wrong(s.subjects))
	s.wrongOnes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *counts) cells() string {
	return fmt.Sprintf("%d | %d | %d", c.Runs, c.Wrong+c.OtherMessage, c.NotJudged)
}

// wrongOnes says what was wrong, or not judged.
func (s *soak) wrongOnes(b *strings.Builder) {
	for _, sub := range s.subjects {
		for _, c := range sub.ex.Checks {
			for _, loaded := range []bool{false, true} {
				for _, said := range s.tally.of(sub, c.ID, loaded).Said {
					fmt.Fprintf(b, "\n- %s, %s, %s: %s", sub.ex.ID, c.ID, sub.name, strings.Join(strings.Fields(said), " "))
				}
			}
		}
	}
	if strings.Contains(b.String(), "\n- ") {
		b.WriteString("\n")
	}
}
