package toolchain

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// What benchmarks get when nobody says otherwise.
const (
	defaultCounts = sandbox.EnoughCounts
	// benchTime is how long each benchmark is measured for each count: many
	// short counts say more about noise than a long one.
	benchTime = "100ms"
	// maxUnits bounds the measures of a benchmark.
	maxUnits = 16
)

// runBenchmarks runs the program of the benchmarks once for each count, all
// benchmarks in each: so whatever disturbs the machine for a while disturbs
// all of them alike. What was measured is kept, however it ends.
func (r *run) runBenchmarks(ctx context.Context, s *stage) error {
	counts := r.tests.args.count
	if counts == 0 {
		counts = defaultCounts
	}
	b := &benchRun{run: r, stage: s, names: r.tests.names(), byName: map[string]*sandbox.Bench{}, left: r.limits}
	for i := range counts {
		b.pass, b.last = i, i == counts-1
		if more, err := b.once(ctx); err != nil || !more {
			return err
		}
	}
	return nil
}

// benchRun is the benchmarks of a job on their way.
type benchRun struct {
	run    *run
	stage  *stage
	names  []string
	pass   int
	last   bool           // it is the last pass
	left   sandbox.Limits // of what is allowed
	usage  sandbox.Usage
	timing sandbox.Timing
	events []sandbox.Output
	rows   []*sandbox.Bench
	byName map[string]*sandbox.Bench
	part   string          // of a line, what has come of it
	done   map[string]bool // benchmarks measured in this pass
}

// once runs every benchmark for one count. It says whether there is reason to
// go on.
func (b *benchRun) once(ctx context.Context) (more bool, err error) {
	args := b.run.tests.args
	b.done, b.part = map[string]bool{}, ""
	log := newTestLog(b.names, b.tell)
	log.filter = b.lines
	pattern, benchtime := args.bench, args.time
	if pattern == "" {
		pattern = "."
	}
	if benchtime == "" {
		benchtime = benchTime
	}
	flags := append(slices.Clone(args.flags), "-test.run=^$", "-test.bench="+pattern, "-test.benchmem", "-test.benchtime="+benchtime)
	ended, err := b.run.runOnce(ctx, b.stage, log, b.left, flags)
	if err != nil {
		return false, err
	}
	b.add(ended)
	more = !b.last && ended.Status == sandbox.StatusOK && log.final == "PASS" && len(b.rows) > 0
	if more && (b.left.Wall <= 0 || b.left.CPU <= 0) {
		more = b.outOfTime(ended)
	}
	b.fill(ended, log, more)
	return more, nil
}

// tell passes on what happens; the rows of benchmarks are told in the end.
func (b *benchRun) tell(ev sandbox.Event) {
	if ev.Test == nil && (ev.Out == nil || ev.Out.Stream == sandbox.Stderr || b.pass == 0) {
		b.run.tell(ev)
	}
}

// add counts what a pass took against what the job is allowed.
func (b *benchRun) add(e *sandbox.Ended) {
	b.left.Wall -= e.Exit.Wall
	b.left.CPU -= e.Exit.CPU
	for _, o := range e.Events {
		if b.pass == 0 || o.Stream == sandbox.Stderr {
			o.TMS += b.usage.WallMS
			b.events = append(b.events, o)
		}
	}
	b.usage.CPUMS += millis(e.Exit.CPU)
	b.usage.WallMS += millis(e.Exit.Wall)
	b.usage.MaxRSSKiB = max(b.usage.MaxRSSKiB, e.Exit.PeakRSS>>10)
	b.usage.ThreadsPeak = max(b.usage.ThreadsPeak, e.Exit.Threads)
}

// outOfTime ends the job between two passes.
func (b *benchRun) outOfTime(e *sandbox.Ended) (more bool) {
	l := b.run.limits
	e.Status = sandbox.StatusTimeLimit
	e.Limit = &sandbox.LimitHit{Name: "wall", Allowed: millis(l.Wall), Used: b.usage.WallMS, Unit: "ms"}
	if b.left.Wall > 0 {
		e.Limit = &sandbox.LimitHit{Name: "cpu", Allowed: millis(l.CPU), Used: b.usage.CPUMS, Unit: "ms"}
	}
	return false
}

// fill makes the Result that of all passes so far.
func (b *benchRun) fill(e *sandbox.Ended, log *testLog, more bool) {
	if more {
		return
	}
	e.Events = b.events
	b.stage.fill(e)
	res := b.stage.result
	res.Usage = b.usage
	res.Timing.RunMS = b.usage.WallMS
	b.limits(res)
	for _, row := range b.rows {
		row.Summarize()
		res.Bench = append(res.Bench, *row)
	}
	if sentence := b.sentence(e, log); sentence != "" {
		res.Diagnostics = append(res.Diagnostics, sandbox.Diagnostic{Code: "runtime:bench", Message: sentence})
	}
	if res.Status == sandbox.StatusOK && log.failed() || res.Status == sandbox.StatusRuntimeError && log.final == "FAIL" {
		res.Status = sandbox.StatusTestFailed
	}
}

// limits gives the numbers of a limit of time as those of the whole job.
func (b *benchRun) limits(res *sandbox.Result) {
	if res.Limit == nil || res.Status != sandbox.StatusTimeLimit {
		return
	}
	hit := *res.Limit
	switch hit.Name {
	case "wall":
		hit.Allowed, hit.Used = millis(b.run.limits.Wall), b.usage.WallMS
	case "cpu":
		hit.Allowed, hit.Used = millis(b.run.limits.CPU), b.usage.CPUMS
	}
	res.Limit = &hit
}

// sentence says what ended the benchmarks early, and what is left of them.
func (b *benchRun) sentence(e *sandbox.Ended, log *testLog) string {
	kept := "; nothing was measured"
	if len(b.rows) > 0 {
		kept = "; what was measured until then is kept"
	}
	at := "the benchmarks ran"
	if last := log.last; last != nil && !b.done[last.Name] {
		at = last.Name + " ran"
	}
	switch {
	case e.Status == sandbox.StatusKilled:
		return ""
	case e.Status == sandbox.StatusOK && log.final == "":
		return "the program ended before the benchmarks were through: a TestMain has to call m.Run" + kept
	case e.Status == sandbox.StatusOK && len(b.rows) == 0:
		return "no benchmark was run: none has a name that -bench selects"
	case e.Status == sandbox.StatusOK || log.final != "" && e.Status == sandbox.StatusRuntimeError:
		return ""
	case e.Status == sandbox.StatusTimeLimit:
		return fmt.Sprintf("the time was up while %s%s. A benchmark loops with for b.Loop() and ends by itself; fewer counts (-count) or a shorter -benchtime take less time", at, kept)
	case len(e.Crash) > 0 && e.Status == sandbox.StatusRuntimeError:
		return "the program panicked while " + at + kept
	case e.Status == sandbox.StatusRuntimeError:
		return fmt.Sprintf("the program ended with exit code %d while %s%s", e.Exit.Code, at, kept)
	}
	return "the program was stopped while " + at + kept
}

// lines takes what is printed and returns it without the lines that testing
// itself prints of benchmarks. They come in pieces, so that it returns whole
// lines only, and in the end, when text is "", the rest.
func (b *benchRun) lines(row *testRow, text string) string {
	if text == "" {
		text, b.part = b.part, ""
		return text
	}
	out := ""
	for piece := range strings.SplitAfterSeq(text, "\n") {
		b.part += piece
		if !strings.HasSuffix(b.part, "\n") && len(b.part) <= maxFrame {
			continue
		}
		if !b.testings(row, b.part) {
			out += b.part
		}
		b.part = ""
	}
	return out
}

// header are the lines with which testing begins the list of benchmarks.
var header = regexp.MustCompile(`^(goos|goarch|pkg|cpu): .*\n$`)

// testings says whether a line is one of testing's own, and reads it.
func (b *benchRun) testings(row *testRow, line string) bool {
	if row == nil {
		return header.MatchString(line)
	}
	return line == row.Name+"\n" || b.measure(row.Name, line)
}

// benchLine is NAME[-PROCS] ROUNDS VALUE UNIT ...
var benchLine = regexp.MustCompile(`^(Benchmark\S*)[ \t]+(\d+)\t(.+)\n$`)

// measure reads the line of a benchmark, which comes once in each pass, and
// says whether it is one.
func (b *benchRun) measure(name, line string) bool {
	m := benchLine.FindStringSubmatch(line)
	if m == nil || m[1] != name && !b.withProcs(name, m[1]) {
		return false
	}
	if b.run.tests.args.has("-test.cpu") {
		name = m[1] // one name for several numbers of processors would mix them
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || b.done[name] {
		return false
	}
	b.done[name] = true
	row := b.row(name)
	row.N = n
	fields := strings.Fields(m[3])
	for i := 0; i+1 < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		unit := fields[i+1]
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || len(row.Values(unit)) == 0 && len(row.Units()) >= maxUnits {
			continue
		}
		row.Add(unit, v)
	}
	return true
}

// withProcs says whether shown is name and the number of processors, which
// testing adds.
func (b *benchRun) withProcs(name, shown string) bool {
	procs, ok := strings.CutPrefix(shown, name+"-")
	_, err := strconv.Atoi(procs)
	return ok && err == nil
}

func (b *benchRun) row(name string) *sandbox.Bench {
	if row := b.byName[name]; row != nil {
		return row
	}
	row := &sandbox.Bench{Name: name, NsOp: []float64{}, BytesOp: []float64{}, AllocsOp: []float64{}, Unit: map[string][]float64{}}
	b.rows, b.byName[name] = append(b.rows, row), row
	return row
}
