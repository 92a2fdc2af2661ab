package exectrace

import (
	"slices"
	"strings"
	"time"
)

// Options say what the caller knows of a trace that the trace does not.
// The zero value is right for a trace file of unknown origin.
type Options struct {
	// Truncated is how the trace was cut, when the caller cut it: cap, idle
	// or killed.
	Truncated string `json:"truncated,omitempty"`
	// CPU is what the process used of CPUs while it was traced; 0 when
	// unknown.
	CPU time.Duration `json:"cpu_ns,omitempty"`
	// Own are the import paths of the learner's packages; lines are looked
	// for in them and below. Empty: every package that is not of the standard
	// library.
	Own []string `json:"own,omitempty"`
	// Hidden are prefixes of function names whose goroutines count as the
	// runtime's. Functions below "tutor/" are always hidden.
	Hidden []string `json:"hidden,omitempty"`
	// Race says that the program was built with the race detector, which
	// makes the scheduler choose at random.
	Race bool `json:"race,omitempty"`
	// Partial asks for what can be read of a damaged trace, instead of an
	// error: to look at, not to judge by.
	Partial bool `json:"partial,omitempty"`
	// MaxGoroutines bounds Trace.Goroutines, and so what is drawn; 0 means
	// 262,144.
	MaxGoroutines int `json:"max_goroutines,omitempty"`
}

const (
	defaultGoroutines = 1 << 18
	// maxNames bounds what a program can make up names for: reasons, tasks,
	// regions, logs, lines. What comes after is summed as otherName.
	maxNames  = 4096
	otherName = "(other)"
	// harnessPrefix is the path of what is compiled into a learner's program
	// besides their own packages.
	harnessPrefix = "tutor/"
	// testsMain is the main that is made for a learner's tests: its package has
	// the name of the learner's programs.
	testsMain = "main/tutor_tests.go"
)

func (o Options) withDefaults() Options {
	if o.MaxGoroutines <= 0 {
		o.MaxGoroutines = defaultGoroutines
	}
	return o
}

// system says whether a goroutine that starts in fn is the runtime's own, or
// the harness's.
func (o *Options) system(fn string) bool {
	if fn == "runtime.main" {
		return false
	}
	if strings.HasPrefix(fn, "runtime.") || strings.HasPrefix(fn, "runtime/trace.") {
		return true
	}
	return o.hidden(fn)
}

func (o *Options) hidden(fn string) bool {
	if strings.HasPrefix(fn, harnessPrefix) {
		return true
	}
	return slices.ContainsFunc(o.Hidden, func(p string) bool { return strings.HasPrefix(fn, p) })
}

// own says whether fn is the learner's.
func (o *Options) own(fn string) bool {
	if fn == "" || o.hidden(fn) {
		return false
	}
	pkg := packageOf(fn)
	if len(o.Own) == 0 {
		first, _, _ := strings.Cut(pkg, "/")
		return !slices.Contains(stdRoots, first)
	}
	return slices.ContainsFunc(o.Own, func(p string) bool {
		return pkg == p || strings.HasPrefix(pkg, p+"/")
	})
}

// packageOf gives the import path in a function's full name:
// "net/http.(*conn).serve" is of "net/http".
func packageOf(fn string) string {
	slash := strings.LastIndexByte(fn, '/')
	dot := strings.IndexByte(fn[slash+1:], '.')
	if dot < 0 {
		return fn
	}
	return fn[:slash+1+dot]
}

// stdRoots are the first elements of the standard library's import paths.
var stdRoots = []string{
	"archive", "bufio", "bytes", "cmp", "compress", "container", "context",
	"crypto", "database", "debug", "embed", "encoding", "errors", "expvar",
	"flag", "fmt", "go", "hash", "html", "image", "index", "internal", "io",
	"iter", "log", "maps", "math", "mime", "net", "os", "path", "plugin",
	"reflect", "regexp", "runtime", "slices", "sort", "strconv", "strings",
	"structs", "sync", "syscall", "testing", "text", "time", "unicode",
	"unique", "unsafe", "vendor", "weak",
}
