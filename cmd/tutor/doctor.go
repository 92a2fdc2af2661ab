package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"course/tutor/sandbox/toolchain"
)

// health is what doctor found, as SCHEMAS of scripts expect it.
type health struct {
	Version   string               `json:"version"`
	Go        goHealth             `json:"go"`
	Isolation isolationHealth      `json:"isolation"`
	Sets      []toolchain.Set      `json:"sets"`
	Modules   []toolchain.Vendored `json:"modules"`
	Linker    string               `json:"linker"`
	Programs  programsHealth       `json:"programs"`
	Data      string               `json:"data"`
	CPUs      int                  `json:"cpus"`
	Browser   string               `json:"browser"`
}

type goHealth struct {
	Found   bool   `json:"found"`
	Version string `json:"version"`
	Path    string `json:"path"`
	Problem string `json:"problem,omitempty"`
}

type isolationHealth struct {
	Level   int          `json:"level"`
	Name    string       `json:"name"`
	Missing []string     `json:"missing"`
	Mend    []mendHealth `json:"mend"`
}

// programsHealth is the cache of programs, and how many of the listings and
// exercises of the course that make programs are built in it.
type programsHealth struct {
	Bytes  int64 `json:"bytes"`
	Course int   `json:"course"`
	Built  int   `json:"built"`
}

type mendHealth struct {
	Layer   string `json:"layer"`
	Command string `json:"command"`
}

func newDoctor(io streams) *cobra.Command {
	var data string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine can do, and how to make it better",
		Long: `Say what this machine can do: is Go there, which layers of the jail hold against
real attacks, what has been prepared. Exit code: 0 when Go is found and the
isolation level is at least 2, else 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return doctor(cmd, io, data, asJSON) },
	}
	cmd.Flags().StringVar(&data, "data", "", "data folder (see tutor serve)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one object")
	return cmd
}

func doctor(cmd *cobra.Command, io streams, data string, asJSON bool) error {
	dir, err := dataDir(data)
	if err != nil {
		return err
	}
	engine, err := openEngine(data)
	if err != nil {
		return err
	}
	defer engine.Close()
	h := examine(cmd, engine, dir)
	if h.Programs.Course, h.Programs.Built, err = builtAhead(cmd.Context(), engine); err != nil {
		return ours(err)
	}
	if asJSON {
		enc := json.NewEncoder(io.out)
		enc.SetIndent("", "  ")
		err = enc.Encode(h)
	} else {
		err = h.write(io.out)
	}
	if err != nil {
		return ours(err)
	}
	if !h.Go.Found || h.Isolation.Level < 2 {
		return exitError{code: exitFailed}
	}
	return nil
}

// examine asks the engine and the machine.
func examine(cmd *cobra.Command, engine *toolchain.Engine, dir string) health {
	report := engine.Doctor(cmd.Context())
	h := health{Version: version, Data: dir, CPUs: runtime.NumCPU(), Sets: report.Sets, Modules: report.Modules, Linker: report.Linker, Browser: browser()}
	h.Programs.Bytes = report.Programs
	h.Go = goHealth{Found: report.Problem == "", Version: report.Go.Version, Path: report.Go.Path, Problem: report.Problem}
	is := report.Isolation
	h.Isolation = isolationHealth{Level: is.Level, Name: is.Name, Missing: is.Missing, Mend: []mendHealth{}}
	for _, m := range report.Mends {
		h.Isolation.Mend = append(h.Isolation.Mend, mendHealth{string(m.Layer), m.Command})
	}
	return h
}

// builtAhead counts the jobs of the built-in course that a server builds ahead,
// and those whose programs are in the cache.
func builtAhead(ctx context.Context, engine *toolchain.Engine) (all, built int, err error) {
	files, err := openCourse("")
	if err != nil {
		return 0, 0, err
	}
	course, exercises, err := files.load(func(string) {}) // verify tells of mistakes
	if err != nil || engine.Problem() != nil {
		return 0, 0, err
	}
	jobs := jobsOf(course, exercises)
	for _, job := range jobs {
		there, err := engine.Built(ctx, job)
		if err != nil {
			return 0, 0, err
		}
		if there {
			built++
		}
	}
	return len(jobs), built, nil
}

// write prints what was found for a person.
func (h health) write(out io.Writer) error {
	fmt.Fprintf(out, "tutor %s\n", h.Version)
	if h.Go.Found {
		fmt.Fprintf(out, "Go         %s at %s\n", h.Go.Version, h.Go.Path)
	} else {
		fmt.Fprintf(out, "Go         not found: %s\n", h.Go.Problem)
	}
	fmt.Fprintf(out, "isolation  level %d, %s\n", h.Isolation.Level, h.Isolation.Name)
	for _, layer := range h.Isolation.Missing {
		fmt.Fprintf(out, "           missing: %s\n", layer)
	}
	for _, m := range h.Isolation.Mend {
		fmt.Fprintf(out, "           to get %s: %s\n", m.Layer, m.Command)
	}
	switch h.Linker {
	case toolchain.LinkerTuned:
		fmt.Fprintln(out, "linker     compiled here for speed")
	case toolchain.LinkerGo:
		fmt.Fprintln(out, "linker     Go's own; a server with nothing to do compiles a faster one")
	}
	for _, set := range h.Sets {
		state := "not in use; tutor clean removes it"
		switch {
		case set.Current && set.Ready:
			state = "ready"
		case set.Problem != "":
			state = set.Problem
		case set.Current && set.Bytes == 0:
			state = "prepared when first needed"
		case set.Current:
			state = "being prepared"
		}
		fmt.Fprintf(out, "library    %s: %s, %d MiB\n", set.Name, state, set.Bytes>>20)
	}
	for _, m := range h.Modules {
		fmt.Fprintf(out, "module     %s %s: %s\n", m.Path, m.Version, strings.Join(m.Packages, ", "))
	}
	fmt.Fprintf(out, "programs   %d of %d listings and exercises of the course are built ahead, %d MiB in the cache\n", h.Programs.Built, h.Programs.Course, h.Programs.Bytes>>20)
	fmt.Fprintf(out, "data       %s\nCPUs       %d\n", h.Data, h.CPUs)
	if h.Browser == "" {
		h.Browser = "none found; open the printed address yourself"
	}
	_, err := fmt.Fprintf(out, "browser    %s\n", h.Browser)
	return err
}

// browser is the command that would open the course.
func browser() string {
	if path, err := exec.LookPath(browserCommand()[0]); err == nil {
		return path
	}
	return ""
}

func newClean(io streams) *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "clean",
		Short: "Remove the prepared toolchain and the caches; drafts and progress stay",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := dataDir(data)
			if err != nil {
				return err
			}
			freed, err := toolchain.Clean(dir)
			if err != nil {
				return ours(err)
			}
			_, err = fmt.Fprintf(io.out, "removed %d MiB that can be made again below %s\n", freed>>20, dir)
			return ours(err)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data folder (see tutor serve)")
	return cmd
}

func newVersion(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(io.out, "tutor %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return ours(err)
		},
	}
}
