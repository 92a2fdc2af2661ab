package toolchain

import (
	"fmt"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// lastWords is what is known of why a program failed. All of it comes from
// the descriptor that only the runtime writes to, from what the supervisor has
// verified to be the runtime's, or from the exit status: printing does not
// reach it.
type lastWords struct {
	ended      *sandbox.Ended
	said       string // the runtime's own words, or ours on a time limit; "" when there are none
	goroutines []goroutine
	files      []string          // names of the learner's files
	sources    map[string]string // and their text
}

func (s *stage) lastWords(e *sandbox.Ended) *lastWords {
	crash := strings.ToValidUTF8(string(e.Crash), "\uFFFD")
	w := &lastWords{ended: e, files: s.learners, sources: s.sources(), goroutines: readDump(crash)}
	w.said = w.words(crash)
	return w
}

// sources are the texts of the learner's files, by the names they are shown
// with.
func (s *stage) sources() map[string]string {
	r := request{plan: s.plan}
	texts := map[string]string{}
	for _, p := range s.plan.packages {
		if p.Trusted {
			continue
		}
		for _, f := range p.Files {
			texts[r.shown(p)+f.Name] = f.Content
		}
	}
	return texts
}

// What the runtime says, and what we say in its place.
const (
	saidGoexit  = "fatal error: no goroutines (main called runtime.Goexit) - deadlock!"
	saidTimeUp  = "the program was still running when its time was up"
	saidNil     = "panic: panic called with nil argument" // by the line's own call
	saidNoCalls = "SIGSYS: bad system call"
)

// words is what the runtime said first.
func (w *lastWords) words(crash string) string {
	e := w.ended
	switch {
	case e.Status == sandbox.StatusTimeLimit:
		return w.timeUp()
	case e.Fatal != "":
		return "fatal error: " + e.Fatal
	case strings.HasPrefix(crash, "panic: "):
		return panicText(crash)
	case strings.HasPrefix(crash, "SIG"):
		line, _, _ := strings.Cut(crash, "\n")
		return line
	case e.Status == sandbox.StatusForbidden:
		return saidNoCalls
	case e.Status == sandbox.StatusDeadlock && w.mention("Goexit"):
		return saidGoexit
	case e.Status == sandbox.StatusRuntimeError && e.Exit.Code > 0 && len(e.Crash) == 0:
		return "exit status " + strconv.Itoa(e.Exit.Code)
	}
	return ""
}

// mention says whether a learner's file has an identifier. The runtime's word
// on Goexit is the only one that leaves no trace on the crash descriptor.
func (w *lastWords) mention(name string) bool {
	for _, text := range w.sources {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// panicText is what a crash says before its stack.
func panicText(crash string) string {
	text, _, _ := strings.Cut(crash, "\n\ngoroutine ")
	text, _, _ = strings.Cut(text, "\n[signal ")
	text = strings.TrimSpace(text)
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "..."
	}
	return text
}

// timeUp says what the program was doing when its time was up.
func (w *lastWords) timeUp() string {
	w.busyFirst()
	g := w.culprit()
	switch {
	case g == nil:
		return saidTimeUp
	case g.busy() && g.measures():
		return saidTimeUp + ": goroutine " + g.id + " was busy with a benchmark"
	case g.busy():
		return saidTimeUp + ": goroutine " + g.id + " was busy"
	}
	return saidTimeUp + ": goroutine " + g.id + " was waiting [" + g.state + "]"
}

// busyFirst puts the first goroutine that was computing in a learner's file
// before all others.
func (w *lastWords) busyFirst() {
	for i, g := range w.goroutines {
		if _, ok := g.in(w.files); ok && g.busy() {
			w.goroutines[0], w.goroutines[i] = w.goroutines[i], w.goroutines[0]
			return
		}
	}
}

// culprit is the goroutine that failed: of a panic the first, and else the
// first that is in a learner's file; nil when there is none.
func (w *lastWords) culprit() *goroutine {
	for i := range w.goroutines {
		g := &w.goroutines[i]
		if _, ok := g.in(w.files); ok || strings.HasPrefix(w.said, "panic: ") {
			return g
		}
	}
	return nil
}

// diagnostics points at the learner's lines.
func (w *lastWords) diagnostics() []sandbox.Diagnostic {
	if w.said == "" {
		return nil
	}
	d := sandbox.Diagnostic{Code: "runtime:" + string(w.ended.Status), Message: w.said}
	if g := w.culprit(); g != nil {
		d.File, d.Line = w.place(g)
	}
	if l := w.lesson(d); l != nil {
		d.Code, d.Explain = l.code, l.text
	}
	out := []sandbox.Diagnostic{d}
	switch {
	case w.ended.Status == sandbox.StatusDeadlock, w.ended.Status == sandbox.StatusTimeLimit:
		out = append(out, w.waiting(w.goroutines, d.Code)...)
	case d.Code == "runtime:bubble-deadlock", d.Code == "runtime:bubble-left":
		// The first is that of the test, which panics; the others are all that
		// are in the bubble.
		out = append(out, w.waiting(w.goroutines[min(1, len(w.goroutines)):], d.Code)...)
	}
	return out
}

// lesson is the one for the runtime's words. A panic on a line that calls
// panic is the program's own, whatever it says.
func (w *lastWords) lesson(d sandbox.Diagnostic) *lesson {
	message, _, _ := strings.Cut(d.Message, "\n")
	message, _, _ = strings.Cut(message, " [recovered")
	own := strings.HasPrefix(message, "panic: ") && w.callsPanic(d.File, d.Line)
	if own && !strings.HasPrefix(message, saidNil) && !strings.HasPrefix(message, "panic: (") { // a type and an address
		message = "panic: "
	}
	return runtimeLesson(message)
}

// callsPanic says whether a line of a learner's file calls panic.
func (w *lastWords) callsPanic(file string, line int) bool {
	calls := false
	w.tokens(file, func(at int, tok token.Token, lit string) {
		calls = calls || at == line && tok == token.IDENT && lit == "panic"
	})
	return calls
}

// tokens calls f for each token of a learner's file.
func (w *lastWords) tokens(file string, f func(line int, tok token.Token, lit string)) {
	text := []byte(w.sources[file])
	in := token.NewFileSet().AddFile(file, -1, len(text))
	var lex scanner.Scanner
	lex.Init(in, text, func(token.Position, string) {}, 0)
	for {
		pos, tok, lit := lex.Scan()
		if tok == token.EOF {
			return
		}
		f(in.PositionFor(pos, false).Line, tok, lit)
	}
}

// place is the innermost line of a goroutine in a learner's file, or else the
// go statement that started it.
func (w *lastWords) place(g *goroutine) (file string, line int) {
	f, ok := g.in(w.files)
	switch {
	case !ok && slices.Contains(w.files, g.created.file):
		return g.created.file, g.created.line
	case !ok:
		return "", 0
	}
	// An empty loop has no line of its own: the compiler says 1, where no
	// statement can be.
	if f.line <= 1 {
		return f.file, w.onlyLoop(f)
	}
	return f.file, f.line
}

// onlyLoop is the line of the one for statement of a function, or 0.
func (w *lastWords) onlyLoop(f frame) int {
	name := f.fn[:max(0, strings.LastIndexByte(f.fn, '('))] // without the arguments
	name = name[strings.LastIndexByte(name, '.')+1:]
	inside, depth, loop, loops := false, 0, 0, 0
	var before token.Token
	w.tokens(f.file, func(line int, tok token.Token, lit string) {
		switch tok {
		case token.IDENT:
			if depth == 0 && (before == token.FUNC || before == token.RPAREN) {
				inside = lit == name
			}
		case token.LBRACE:
			depth++
		case token.RBRACE:
			depth--
		case token.FOR:
			if inside {
				loop, loops = line, loops+1
			}
		}
		before = tok
	})
	if loops != 1 {
		return 0
	}
	return loop
}

// maxWaiting is how many groups of goroutines of a dump get a diagnostic.
const maxWaiting = 8

// waiting says of each of some goroutines where it is and what it waits for.
// Those that wait at the same line for the same are told together.
func (w *lastWords) waiting(some []goroutine, code string) []sandbox.Diagnostic {
	type key struct {
		file  string
		line  int
		state string
	}
	at := map[key]int{}
	var groups [][]*goroutine
	var out []sandbox.Diagnostic
	for i := range some {
		g := &some[i]
		if _, ok := g.in(w.files); !ok {
			continue
		}
		file, line := w.place(g)
		k := key{file, line, g.state}
		n, known := at[k]
		if !known && len(groups) == maxWaiting {
			continue
		}
		if !known {
			n, at[k] = len(groups), len(groups)
			groups = append(groups, nil)
			out = append(out, sandbox.Diagnostic{File: file, Line: line, Code: code, Explain: waits[g.state]})
		}
		groups[n] = append(groups[n], g)
	}
	for i, group := range groups {
		out[i].Message = w.about(group)
	}
	return out
}

// about names a group of goroutines, in the words of the dump.
func (w *lastWords) about(group []*goroutine) string {
	g := group[0]
	text := fmt.Sprintf("goroutine %s [%s]", g.id, g.state)
	if len(group) > 1 {
		text = fmt.Sprintf("%d goroutines [%s], such as %s", len(group), g.state, g.id)
	}
	if slices.Contains(w.files, g.created.file) {
		text += fmt.Sprintf(", started at %s:%d", g.created.file, g.created.line)
	}
	return text
}

// waits says what the runtime's reasons to wait mean.
var waits = map[string]string{
	"chan receive":            "It waits to receive from a channel: somebody must send to it or close it.",
	"chan send":               "It waits to send to a channel: somebody must receive from it, or it needs more room.",
	"chan receive (nil chan)": "It waits to receive from a channel that was never made: that takes for ever.",
	"chan send (nil chan)":    "It waits to send to a channel that was never made: that takes for ever.",
	"select":                  "It waits in a select: none of the cases can go on.",
	"select (no cases)":       "It waits in a select without cases: that takes for ever.",
	"sync.Mutex.Lock":         "It waits for a lock: whoever holds it must call Unlock.",
	"sync.RWMutex.Lock":       "It waits for a lock: whoever holds it must call Unlock or RUnlock.",
	"sync.RWMutex.RLock":      "It waits to read: whoever holds the lock must call Unlock.",
	"sync.WaitGroup.Wait":     "It waits until Done was called as often as Add asked for.",
	"sync.Cond.Wait":          "It waits for a signal: somebody must call Signal or Broadcast.",
	"sleep":                   "It sleeps until its time has come.",
	"IO wait":                 "It waits for input or for the network.",
	"running":                 "It was computing at this line.",
	"runnable":                "It was computing at this line, and waited for a processor.",
}
