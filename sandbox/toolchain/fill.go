package toolchain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"course/tutor/sandbox"
)

// fill puts what is known of an ended program into the stage's result.
func (s *stage) fill(e *sandbox.Ended) {
	res := s.result
	res.Status, res.Limit, res.Truncated = e.Status, e.Limit, e.Truncated
	res.ExitCode, res.Signal = e.Exit.Code, signalName(e.Exit.Signal)
	if e.Events != nil {
		res.Events = e.Events
	}
	res.Usage = sandbox.Usage{CPUMS: millis(e.Exit.CPU), WallMS: millis(e.Exit.Wall),
		MaxRSSKiB: e.Exit.PeakRSS >> 10, ThreadsPeak: e.Exit.Threads}
	res.Timing.StartMS, res.Timing.RunMS = millis(e.Startup), millis(e.Exit.Wall)
	res.Diagnostics = append(res.Diagnostics, s.runtimeDiagnostics(e)...)
	res.Isolation = less(res.Isolation, e)
	if e.Trace != nil {
		s.fillTraces(e.Trace)
	}
}

// less is the isolation that a run had: what was measured or, should a layer
// have been refused to this process alone, less.
func less(measured sandbox.Isolation, e *sandbox.Ended) sandbox.Isolation {
	for _, layer := range e.Missing {
		if name := string(layer); !slices.Contains(measured.Missing, name) {
			measured.Missing = append(slices.Clone(measured.Missing), name)
			if measured.Level > 1 {
				measured.Level, measured.Name = 1, "restricted"
			}
		}
	}
	return measured
}

// signalName names the signals that can end a program; others, which Go
// programs turn into an exit code, by number.
func signalName(sig syscall.Signal) string {
	switch sig {
	case 0:
		return ""
	case syscall.SIGKILL:
		return "SIGKILL"
	case 31:
		return "SIGSYS"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGABRT:
		return "SIGABRT"
	}
	return fmt.Sprintf("signal %d", int(sig))
}

// maxGoroutines is how many goroutines of a dump get a diagnostic.
const maxGoroutines = 8

// runtimeDiagnostics points at the learner's lines in the runtime's dying
// words, or in the dump that we asked for when time was up.
func (s *stage) runtimeDiagnostics(e *sandbox.Ended) []sandbox.Diagnostic {
	if len(e.Crash) == 0 {
		return nil
	}
	traces := goroutines(strings.ToValidUTF8(string(e.Crash), "\uFFFD"))
	code, headline := "runtime:"+string(e.Status), headline(e)
	most := 1
	switch e.Status {
	case sandbox.StatusTimeLimit:
		most = maxGoroutines
	case sandbox.StatusRuntimeError:
		code = "runtime:panic"
	case sandbox.StatusDeadlock:
		most = maxGoroutines
	}
	var out []sandbox.Diagnostic
	for _, g := range traces {
		file, line, ok := g.line(s.learners)
		if !ok || len(out) == most {
			continue
		}
		message := headline
		if message == "" || len(out) > 0 {
			message = "goroutine " + g.head
		}
		out = append(out, sandbox.Diagnostic{File: file, Line: line, Code: code, Message: message, Explain: runtimeLesson(message, e.Status)})
	}
	if len(out) == 0 && headline != "" {
		out = append(out, sandbox.Diagnostic{Code: code, Message: headline, Explain: runtimeLesson(headline, e.Status)})
	}
	return out
}

// headline is what the runtime said first, or what we say of a time limit.
func headline(e *sandbox.Ended) string {
	switch e.Status {
	case sandbox.StatusTimeLimit:
		return "the program was still running when its time was up"
	case sandbox.StatusDeadlock:
		return "all goroutines are asleep - deadlock!"
	case sandbox.StatusForbidden:
		return "the program made a system call that is not allowed here"
	}
	text := strings.ToValidUTF8(string(e.Crash), "\uFFFD")
	if rest, ok := strings.CutPrefix(text, "panic: "); ok {
		rest, _, _ = strings.Cut(rest, "\n\ngoroutine ")
		if len(rest) > maxMessage {
			rest = strings.ToValidUTF8(rest[:maxMessage], "") + "..."
		}
		return "panic: " + strings.TrimSpace(rest)
	}
	return fatalLine(e)
}

// fatalLine is the last line on stderr before the dump that says what was
// fatal; the runtime writes it to stderr alone.
func fatalLine(e *sandbox.Ended) string {
	for i := len(e.Events) - 1; i >= 0; i-- {
		if e.Events[i].Stream != sandbox.Stderr {
			continue
		}
		text := e.Events[i].Text
		at := strings.LastIndex(text, "fatal error: ")
		if at < 0 {
			continue
		}
		line, _, _ := strings.Cut(text[at:], "\n")
		return line
	}
	return ""
}

// goroutine is one paragraph of a dump.
type goroutine struct {
	head   string // "1 [running]"
	frames []string
}

// goroutines splits a dump into its paragraphs.
func goroutines(dump string) []goroutine {
	var out []goroutine
	for paragraph := range strings.SplitSeq(dump, "\n\n") {
		lines := strings.Split(strings.Trim(paragraph, "\n"), "\n")
		for len(lines) > 0 && !strings.HasPrefix(lines[0], "goroutine ") {
			lines = lines[1:]
		}
		if len(lines) == 0 {
			continue
		}
		head := strings.TrimSuffix(strings.TrimPrefix(lines[0], "goroutine "), ":")
		head = gpm.ReplaceAllString(head, "")
		out = append(out, goroutine{head, lines[1:]})
	}
	return out
}

// gpm are the numbers of the runtime's own structures in a head.
var gpm = regexp.MustCompile(` gp=\S+ m=\S+( mp=\S+)?`)

var frameLine = regexp.MustCompile(`^\t([^ ]+):(\d+)(?: .*)?$`)

// line is the innermost line of a goroutine in one of the files named.
func (g goroutine) line(files []string) (string, int, bool) {
	for _, f := range g.frames {
		m := frameLine.FindStringSubmatch(f)
		if m == nil {
			continue
		}
		// An empty loop has no line of its own: the compiler says 1, where no
		// statement can be.
		n, err := strconv.Atoi(m[2])
		if err == nil && n > 1 && slices.Contains(files, m[1]) {
			return m[1], n, true
		}
	}
	return "", 0, false
}

// runtimeLessons follow the runtime's own words.
var runtimeLessons = []struct{ word, text string }{
	{"index out of range", "The index is not below the length. The last element of a slice s is s[len(s)-1]."},
	{"nil pointer dereference", "A pointer (or a nil value of another kind) was used before it pointed at anything."},
	{"assignment to entry in nil map", "A map must be made before it is written to: m = make(map[K]V)."},
	{"send on closed channel", "Only the sender should close a channel, after its last send."},
	{"close of closed channel", "A channel can be closed once. Let one goroutine own the closing."},
	{"close of nil channel", "The channel was never made: ch := make(chan T)."},
	{"negative WaitGroup counter", "Done was called more often than Add allowed."},
	{"concurrent map", "Maps are not safe for use by several goroutines at once. Guard the map with a sync.Mutex."},
	{"stack overflow", "A function called itself without end: the case that stops the recursion was never reached."},
	{"divide by zero", "An integer was divided by zero: check the divisor first."},
	{"interface conversion", "The interface holds another type than was asserted. Use v, ok := x.(T) and look at ok."},
	{"all goroutines are asleep", "Every goroutine waits for another one: a channel nobody sends to or receives from, a WaitGroup that is never done, a lock that is never given back."},
}

func runtimeLesson(message string, status sandbox.Status) string {
	for _, l := range runtimeLessons {
		if strings.Contains(message, l.word) {
			return l.text
		}
	}
	switch status {
	case sandbox.StatusTimeLimit:
		return "This is where the goroutine was at that moment: perhaps a loop that never ends, or a wait for something that never comes."
	case sandbox.StatusForbidden:
		return "Programs here may not change the machine they run on."
	}
	return ""
}
