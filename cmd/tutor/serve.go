package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"course/tutor/grade"
	"course/tutor/page"
	"course/tutor/sandbox/interp"
	"course/tutor/sandbox/jail"
	"course/tutor/sandbox/toolchain"
	"course/tutor/site"
	"course/tutor/store/sqlite"
)

const defaultAddr = "127.0.0.1:8080"

// serveFlags are the flags of tutor serve.
type serveFlags struct {
	addr, data, course, isolation string
	noOpen, acceptReduced         bool
	explicit                      bool // --addr was given
}

func newServe(io streams) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Short: "Open the course in a browser",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.explicit = cmd.Flags().Changed("addr")
			return serve(cmd.Context(), io, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", defaultAddr, "address to listen on")
	flags.StringVar(&f.data, "data", "", "folder for drafts, progress and the prepared toolchain (default $TUTOR_DATA, else the user's configuration folder)")
	flags.StringVar(&f.course, "course", "", "folder of a course instead of the built-in one")
	flags.StringVar(&f.isolation, "isolation", "auto", "least isolation to serve with: auto, isolated or strong")
	flags.BoolVar(&f.noOpen, "no-open", false, "don't open a browser")
	flags.BoolVar(&f.acceptReduced, "accept-reduced-isolation", false, "serve others although what they run is not well isolated")
	return cmd
}

// serve runs the site until ctx ends.
func serve(ctx context.Context, io streams, f serveFlags) error {
	dir, err := dataDir(f.data)
	if err != nil {
		return err
	}
	files, err := openCourse(f.course)
	if err != nil {
		return err
	}
	at, err := site.Listen(ctx, dir, f.addr, f.explicit)
	if err != nil {
		return exitError{exitMisuse, err.Error()}
	}
	if at.Running != nil {
		fmt.Fprintf(io.out, "tutor is open already: %s\n", at.Running.Open())
		openBrowser(f.noOpen, at.Running.Open())
		return nil
	}
	defer at.Listener.Close()
	if at.Note != "" {
		fmt.Fprintln(io.err, "tutor:", at.Note)
	}
	house, err := build(ctx, io, f, dir, files, at.Listener)
	if err != nil {
		return err
	}
	defer house.close()
	return house.serve(ctx, io, f)
}

// house is everything that lives as long as the server.
type house struct {
	dir      string
	token    string
	engine   *toolchain.Engine
	router   *interp.Router
	store    *sqlite.Store
	server   *site.Server
	listener net.Listener
}

// build wires the rooms together.
func build(ctx context.Context, io streams, f serveFlags, dir string, files courseFiles, ln net.Listener) (*house, error) {
	course, all, err := files.load(func(s string) { fmt.Fprintln(io.err, "tutor:", s) })
	if err != nil {
		return nil, exitError{exitMisuse, err.Error()}
	}
	h := &house{dir: dir, listener: ln}
	if h.token, err = site.Token(dir); err != nil {
		return nil, ours(err)
	}
	if h.engine, err = toolchain.New(toolchain.Config{DataDir: dir}); err != nil {
		return nil, ours(err)
	}
	if err := h.mayServe(ctx, f, ln.Addr().String()); err != nil {
		h.close()
		return nil, err
	}
	if h.store, err = sqlite.Open(ctx, filepath.Join(dir, "tutor.db")); err != nil {
		h.close()
		return nil, ours(err)
	}
	if h.router, err = openRouter(h.engine, 1); err != nil {
		h.close()
		return nil, err
	}
	pages, err := page.New()
	if err != nil {
		h.close()
		return nil, ours(err)
	}
	analyse := analyser{h.engine}.Analyse
	h.server, err = site.New(site.Config{
		Course: course, Exercises: all,
		Runner: h.router, Judge: newGrader(ctx, h.engine, h.token, ""),
		Analyse: analyse, AnalyseFile: analyser{h.engine}.AnalyseFile, Format: h.engine.Format, Diagnose: h.engine.Diagnose,
		Ahead: h.engine.Ahead, Primed: h.engine.Primed,
		Profile: profiler{h.engine}.Read,
		Store:   h.store, Page: pages, Machine: func() site.Machine { return machine(h.engine) },
		Token: h.token, Addr: ln.Addr().String(), Version: version,
	})
	if err != nil {
		h.close()
		return nil, ours(err)
	}
	return h, nil
}

// close ends everything in the reverse order of building it.
func (h *house) close() {
	if h.store != nil {
		_ = h.store.Close()
	}
	if h.router != nil {
		h.router.Close()
	}
	if h.engine != nil {
		h.engine.Close()
	}
}

// mayServe refuses to let others in, or to serve at all, with less isolation
// than was asked for. Only then is the measurement waited for.
func (h *house) mayServe(ctx context.Context, f serveFlags, addr string) error {
	least, known := map[string]int{"auto": 0, "isolated": 2, "strong": 3}[f.isolation]
	if !known {
		return misuse("--isolation %s is not known; it can be auto, isolated or strong", f.isolation)
	}
	if site.Loopback(addr) && least == 0 {
		return nil
	}
	is, mends := h.engine.Isolation(ctx)
	if is.Level < least {
		return misuse("--isolation %s asks for level %d, and this machine has %d (%s); tutor doctor says how to raise it", f.isolation, least, is.Level, is.Name)
	}
	if err := site.CheckExposure(addr, is, commands(mends), f.acceptReduced); err != nil {
		return exitError{exitMisuse, err.Error()}
	}
	return nil
}

// serve announces the server, opens the browser and answers requests.
func (h *house) serve(ctx context.Context, io streams, f serveFlags) error {
	running := site.Running{URL: baseURL(h.listener.Addr()), PID: os.Getpid(), Version: version, Token: h.token}
	gone, err := site.Announce(h.dir, running)
	if err != nil {
		return ours(err)
	}
	defer gone() //nolint:errcheck // a file left behind is recognised as such
	fmt.Fprintf(io.out, "tutor is open at %s\nStop it with Ctrl-C.\n", running.Open())
	openBrowser(f.noOpen, running.Open())
	go h.server.Warm(ctx)
	go h.engine.TuneIdle(ctx)
	go h.engine.Prime(ctx, jobsOf(h.server.Course, h.server.Exercises), 0)
	return ours(h.server.Serve(ctx, h.listener))
}

// baseURL is the address of a listener for a browser on this machine.
func baseURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// machine says what there is to run programs with.
func machine(engine *toolchain.Engine) site.Machine {
	is, mends, _ := engine.Measured()
	m := site.Machine{Isolation: is, Mends: commands(mends), GoVersion: engine.GoVersion()}
	if problem := engine.Problem(); problem != nil {
		m.Problem, m.Approximate = problem.Error(), true
	}
	return m
}

// commands are the mends as one line each.
func commands(mends []jail.Mend) []string {
	var lines []string
	for _, m := range mends {
		lines = append(lines, m.Command)
	}
	return lines
}

// newGrader makes the grader of a data folder. seed repeats an old verdict.
func newGrader(ctx context.Context, engine *toolchain.Engine, token, seed string) *grade.Grader {
	is, _ := engine.Isolation(ctx)
	return grade.New(grade.Config{
		Runner: engine, Analyse: analyser{engine}.Judge, Secret: []byte("seeds of " + token), Seed: seed,
		Machine:   grade.Machine{CPUs: runtime.NumCPU(), Level: is.Level, OS: runtime.GOOS, Arch: runtime.GOARCH},
		Toolchain: engine.GoVersion(),
	})
}

// openBrowser shows url in the learner's browser. That there is none is no
// mistake: the address has been printed.
func openBrowser(no bool, url string) {
	if no {
		return
	}
	command := browserCommand()
	if command[0] == "xdg-open" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return
	}
	cmd := exec.Command(command[0], append(command[1:], url)...)
	if cmd.Start() == nil {
		go cmd.Wait() //nolint:errcheck // how the browser ends is not ours
	}
}

// browserCommand is what shows an address in a browser here.
func browserCommand() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{"open"}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	return []string{"xdg-open"}
}
