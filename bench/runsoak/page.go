package main

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

const head = `# Runs under trouble

Programs of every kind are run, %d at a time on two slots, and a quarter of them suffers what a server's runs do: given up at an event or after a moment, some process of ours killed from outside (a program, a compiler, a checker, a reader of traces, the process that makes jails), a kept program damaged, the cache folder removed. Beside them types are checked, files formatted and traces read. In the end the server stops with runs under way. What could be left behind is counted before, on the way and after; each run has to end as its kind does, or as what was done to it says.

Made by ` + "`go run ./bench/runsoak -runs %d -seed %d -o docs/runsoak.md`" + ` with %s on %s/%s, %d CPUs, in %.0f s. It fails when anything is left or a run ends otherwise.

`

// write makes the page, and says whether anything was wrong.
func (s *soak) write() (bad bool, err error) {
	var b strings.Builder
	fmt.Fprintf(&b, head, s.workers, s.runs, s.seed, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), s.took.Seconds())
	s.verdict(&b)
	s.left(&b)
	s.ended(&b)
	if s.out == "" {
		_, err = os.Stdout.WriteString(b.String())
	} else {
		err = os.WriteFile(s.out, []byte(b.String()), 0o644)
	}
	return len(s.trouble()) > 0, err
}

// trouble is all that was wrong.
func (s *soak) trouble() []string {
	return slices.Concat(more(s.samples[0].n, s.samples[len(s.samples)-1].n), s.wrong)
}

func (s *soak) verdict(b *strings.Builder) {
	list := s.trouble()
	if len(list) == 0 {
		b.WriteString("Nothing was left, and every run ended as it may.\n\n")
		return
	}
	for _, text := range list {
		fmt.Fprintln(os.Stderr, "runsoak:", text)
		fmt.Fprintf(b, "- **%s**\n", strings.ReplaceAll(text, "\n", " "))
	}
	b.WriteString("\n")
}

// left is the table of what there was at each moment.
func (s *soak) left(b *strings.Builder) {
	b.WriteString("## What there is\n| |")
	for _, sample := range s.samples {
		b.WriteString(" " + sample.when + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(s.samples)) + "\n")
	for _, c := range counted {
		b.WriteString("| " + c.name + " |")
		for _, sample := range s.samples {
			fmt.Fprintf(b, " %d |", sample.n[c.name])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n*before* is after one run of each kind, and *after* when all has ended, both with the engine closed: these two are compared. On the way there are checkers that stay warm for who types, each with a process, a cgroup and pipes. The process that makes jails is there from first to last.\n\n")
}

// ended are the tables of what was run and done.
func (s *soak) ended(b *strings.Builder) {
	b.WriteString("## How the runs ended\n| kind | runs | ended as |\n|---|---:|---|\n")
	for _, k := range s.kinds {
		all, words := 0, []string{}
		for _, status := range slices.Sorted(maps.Keys(s.ends[k.name])) {
			n := s.ends[k.name][status]
			all += n
			words = append(words, fmt.Sprintf("%s %d", name(status), n))
		}
		fmt.Fprintf(b, "| %s | %d | %s |\n", k.name, all, strings.Join(words, ", "))
	}
	b.WriteString("\n## What was done\n| | times |\n|---|---:|\n")
	for _, act := range slices.Sorted(maps.Keys(s.acts)) {
		fmt.Fprintf(b, "| %s | %d |\n", act, s.acts[act])
	}
}

func name(status sandbox.Status) string {
	if status == "error" {
		return "no result, with a sentence for whoever runs the machine"
	}
	return "`" + string(status) + "`"
}
