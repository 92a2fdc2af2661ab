package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"course/tutor/content"
	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/learner"
	"course/tutor/page"
	"course/tutor/profile"
	"course/tutor/sandbox"
	"course/tutor/static"
)

// Config is what a Server is made of. Every field is required unless it says
// otherwise.
type Config struct {
	Course    *content.Course
	Exercises []*exercises.Exercise

	Runner sandbox.Runner
	Judge  grade.Judge
	// Analyse reads an execution trace, in the jail: its bytes are hostile.
	// The error's text is shown to the learner.
	Analyse func(ctx context.Context, trace []byte) (*exectrace.Trace, error)
	// AnalyseFile does so for a trace from anywhere, of about size bytes, and
	// gives what can be read of a damaged one. Nil: Analyse, on all of it.
	AnalyseFile func(ctx context.Context, trace io.Reader, size int64) (*exectrace.Trace, error)
	// Profile reads a profile of cpu, heap, block, mutex or goroutine, in the
	// jail: its bytes are hostile. The error's text is shown to the learner.
	Profile func(ctx context.Context, info *sandbox.ProfileInfo, data []byte) (*profile.Profile, error)
	// Format formats Go files, in the jail. Files that don't parse come back
	// as they were, with a diagnostic each.
	Format func(ctx context.Context, files []sandbox.File) ([]sandbox.File, []sandbox.Diagnostic, error)
	// Diagnose finds what is wrong with the files of a program, in the jail.
	// See sandbox.Assistant.
	Diagnose func(ctx context.Context, key string, files []sandbox.File) ([]sandbox.Diagnostic, error)

	// Ahead builds the program of a job before anybody runs it. Nil: that is not
	// done.
	Ahead func(ctx context.Context, job sandbox.Job) (sandbox.Ahead, error)
	// Primed says how many jobs of the course, of those that are to be, were
	// built ahead, for /metrics. Nil: nobody counts.
	Primed func() (done, total int)

	Store learner.Store
	Page  *page.Renderer
	// Machine says what there is to run programs with. It is asked for every
	// page and must answer at once.
	Machine func() Machine

	// Token opens the site: once as /?token=, then as a cookie, or as a bearer
	// token. See Token.
	Token string
	// Addr is the address that is listened on, as HOST:PORT. Requests whose
	// Host is no name of it are refused.
	Addr string
	// Version is tutor's own.
	Version string
	Log     *slog.Logger // nil: nothing is logged
	// Busy bounds how many runs and checks are under way or waiting at once;
	// 0 means 64.
	Busy int
	// Static is what is served below /static/; nil means static.FS().
	Static fs.FS
}

// Machine is what there is to run programs with.
type Machine struct {
	Isolation sandbox.Isolation
	Mends     []string // how to raise the level, one line each
	GoVersion string   // as go1.26.8; "" without a toolchain
	// Problem says why nothing can be run, and what to do; "" when all is well.
	Problem string
	// Approximate says that programs are interpreted while there is a Problem.
	Approximate bool
}

// Server answers the requests of one learner. It is an http.Handler, safe for
// concurrent use.
type Server struct {
	Config
	echo      *echo.Echo
	exercises map[string]*exercises.Exercise
	cells     map[string]place // by draft key
	assets    *assets
	live      *live
	runs      *recent[*ranRecord]
	checks    *recent[*checkRecord]
	traces    *recent[*traceRecord]
	profiles  *recent[*profileRecord]
	recorded  *recordings
	counts    *counts
	pace      pace
}

// The bounds of what is kept in memory of past runs, in bytes.
const (
	keepRuns     = 16 << 20
	keepChecks   = 8 << 20
	keepTraces   = 192 << 20
	keepProfiles = 8 << 20
)

// New makes a Server. The error is a Config that lacks something.
func New(cfg Config) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Server{
		Config:    cfg,
		exercises: map[string]*exercises.Exercise{},
		cells:     map[string]place{},
		assets:    &assets{files: cfg.Static},
		live:      newLive(cfg.Busy),
		runs:      newRecent[*ranRecord](keepRuns),
		checks:    newRecent[*checkRecord](keepChecks),
		traces:    newRecent[*traceRecord](keepTraces),
		profiles:  newRecent[*profileRecord](keepProfiles),
		counts:    newCounts(),
		pace:      pace{beat: 15 * time.Second, within: 10 * time.Second},
	}
	s.recorded = &recordings{course: cfg.Course, analyse: cfg.Analyse}
	for _, ex := range cfg.Exercises {
		s.exercises[ex.ID] = ex
	}
	for _, ch := range cfg.Course.Chapters {
		for _, p := range append([]*content.Page{ch.Page}, ch.Sections...) {
			for _, c := range p.Cells {
				s.cells[c.Key] = place{ch, p, c}
			}
		}
	}
	s.echo = echo.New()
	s.routes(s.echo)
	return s, nil
}

// place is where a cell stands.
type place struct {
	chapter *content.Chapter
	page    *content.Page
	cell    *content.Cell
}

// cellByID finds a listing by its id; "" is none's.
func (s *Server) cellByID(id string) (place, bool) {
	for _, at := range s.cells {
		if id != "" && at.cell.ID == id {
			return at, true
		}
	}
	return place{}, false
}

// complete fills the optional fields and names the first required one that is
// missing.
func (c *Config) complete() error {
	required := []struct {
		name string
		has  bool
	}{
		{"Course", c.Course != nil}, {"Runner", c.Runner != nil}, {"Judge", c.Judge != nil},
		{"Analyse", c.Analyse != nil}, {"Profile", c.Profile != nil}, {"Format", c.Format != nil},
		{"Store", c.Store != nil}, {"Page", c.Page != nil}, {"Machine", c.Machine != nil},
		{"Token", c.Token != ""}, {"Addr", c.Addr != ""},
	}
	for _, r := range required {
		if !r.has {
			return fmt.Errorf("make the site: Config.%s is missing", r.name)
		}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.AnalyseFile == nil {
		c.AnalyseFile = readAll(c.Analyse)
	}
	if c.Busy <= 0 {
		c.Busy = 64
	}
	if c.Static == nil {
		c.Static = static.FS()
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, plainly(r)) }

// stopWithin is how long Serve lets requests end after it was told to stop.
const stopWithin = 5 * time.Second

// Serve answers requests on ln until ctx ends, then cancels what is running,
// lets the answers out, and returns nil.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.live.stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		_ = srv.Close() // somebody did not let go in time
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
