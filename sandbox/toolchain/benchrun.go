package toolchain

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
// all of them alike. Another version that they are held against is run in
// turn with it, for the same reason. What was measured is kept, however it
// ends.
func (r *run) runBenchmarks(ctx context.Context, s *stage) error {
	b := &benchRun{run: r, left: r.limits, sides: []*benchSide{newBenchSide(r, s)}}
	if r.other.stage != nil {
		b.sides = append(b.sides, newBenchSide(r.other.run, r.other.stage))
	}
	if r.other.why != "" {
		b.said = append(b.said, r.other.why)
	}
	b.plan()
	for i := range b.passes {
		b.pass, b.last = i, i == b.passes-1
		if more, err := b.once(ctx); err != nil || !more {
			return err
		}
	}
	return nil
}

// plan says how many processes there are, and how often each benchmark is
// measured in one. A profile or a trace is of a single process, as with go test.
func (b *benchRun) plan() {
	counts := b.run.tests.args.count
	if counts == 0 {
		counts = defaultCounts
	}
	b.passes, b.each = counts, 1
	if b.run.job.Profile != "" || b.run.job.Trace {
		b.passes, b.each = 1, counts
	}
	for _, s := range b.sides {
		s.each = b.each
	}
}

// inTurns is the job of one count of benchmarks, and how many counts there are;
// of those that are not to be measured in turns there is one.
func (r *run) inTurns() (one sandbox.Job, rounds int) {
	if r.job.Kind != sandbox.KindBench || r.job.Trace {
		return r.job, 1
	}
	args, why := parseTestArgs(r.job.Args, r.job.Kind)
	if why != "" {
		return r.job, 1
	}
	if rounds = args.count; rounds == 0 {
		rounds = defaultCounts
	}
	one = r.job
	one.Limits = r.limits
	one.Args = append([]string{"-count=1"}, withoutCount(r.job.Args)...)
	return one, rounds
}

// benchRun is the benchmarks of a job on their way.
type benchRun struct {
	run    *run
	sides  []*benchSide // what the job is about and, where there is one, what it is held against
	passes int          // processes, one after the other
	each   int          // counts in each of them
	pass   int
	last   bool           // it is the last pass
	left   sandbox.Limits // of what is allowed
	usage  sandbox.Usage
	events []sandbox.Output
	said   []string
}

// benchSide is one of the versions that are measured.
type benchSide struct {
	run    *run
	stage  *stage
	names  []string
	rows   []*sandbox.Bench
	byName map[string]*sandbox.Bench
	part   string         // of a line, what has come of it
	each   int            // counts of a benchmark in a pass
	done   map[string]int // those measured in this pass
	last   string         // the one measured last
}

func newBenchSide(r *run, s *stage) *benchSide {
	return &benchSide{run: r, stage: s, names: r.tests.names(), byName: map[string]*sandbox.Bench{}}
}

// measured are the benchmarks of a side, summarised.
func (s *benchSide) measured() []sandbox.Bench {
	out := []sandbox.Bench{}
	for _, row := range s.rows {
		row.Summarize()
		out = append(out, *row)
	}
	return out
}

// once runs every benchmark of each side for one count. It says whether there
// is reason to go on.
func (b *benchRun) once(ctx context.Context) (more bool, err error) {
	type end struct {
		*sandbox.Ended
		log  *testLog
		fine bool
	}
	ends := make([]end, len(b.sides))
	for k := range b.sides {
		i := (k + b.pass) % len(b.sides) // each goes first in turn
		ended, log, err := b.side(ctx, b.sides[i])
		if err != nil {
			return false, err
		}
		ends[i] = end{ended, log, ended.Status == sandbox.StatusOK && log.final == "PASS" && len(b.sides[i].rows) > 0}
	}
	if len(ends) > 1 && !ends[1].fine {
		b.said = append(b.said, "the version to compare with ended as "+string(ends[1].Status)+": it is left out")
		b.sides = b.sides[:1]
	}
	first := ends[0]
	more = first.fine && !b.last
	if more && (b.left.Wall <= 0 || b.left.CPU <= 0) {
		more = b.outOfTime(first.Ended)
	}
	b.fill(first.Ended, first.log, more)
	return more, nil
}

// side runs every benchmark of one side for one count.
func (b *benchRun) side(ctx context.Context, s *benchSide) (*sandbox.Ended, *testLog, error) {
	args := s.run.tests.args
	s.done, s.part, s.last = map[string]int{}, "", ""
	log := newTestLog(s.run.tests.below(), s.names, b.tell)
	if s != b.sides[0] {
		log.tell = func(sandbox.Event) {}
	}
	log.filter = s.lines
	pattern, benchtime := args.bench, args.time
	if pattern == "" {
		pattern = "."
	}
	if benchtime == "" {
		benchtime = benchTime
	}
	flags := append(slices.Clone(args.flags), "-test.run=^$", "-test.bench="+pattern, "-test.benchmem", "-test.benchtime="+benchtime, "-test.count="+itoa(b.each))
	limits := b.left
	limits.Wall, limits.CPU = max(limits.Wall, time.Millisecond), max(limits.CPU, time.Millisecond)
	ended, err := s.run.runOnce(ctx, s.stage, log, limits, flags)
	if err != nil {
		return nil, nil, err
	}
	b.add(ended, s == b.sides[0])
	return ended, log, nil
}

// tell passes on what happens; the rows of benchmarks are told in the end.
func (b *benchRun) tell(ev sandbox.Event) {
	if ev.Test == nil && (ev.Out == nil || ev.Out.Stream == sandbox.Stderr || b.pass == 0) {
		b.run.tell(ev)
	}
}

// add counts what a pass took against what the job is allowed, and keeps what
// it printed, if that is to be.
func (b *benchRun) add(e *sandbox.Ended, keep bool) {
	b.left.Wall -= e.Exit.Wall
	b.left.CPU -= e.Exit.CPU
	for _, o := range e.Events {
		if keep && (b.pass == 0 || o.Stream == sandbox.Stderr) {
			o.TMS += b.usage.WallMS
			b.events = append(b.events, o)
		}
	}
	b.usage.Add(usageOf(e))
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
	first := b.sides[0]
	first.stage.fill(e)
	b.run.handOver(first.stage, e)
	res := first.stage.result
	res.Usage = b.usage
	res.Timing.RunMS = b.usage.WallMS
	b.limits(res)
	res.Bench = first.measured()
	if len(b.sides) > 1 {
		res.Baseline = b.sides[1].measured()
	}
	if by := b.run.job.Watched(); by != "" && len(res.Bench) > 0 {
		b.said = append(b.said, "measured under "+by+", which takes time itself: compare these times with no others")
	}
	if sentence := b.sentence(e, log); sentence != "" {
		b.said = append(b.said, sentence)
	}
	for _, sentence := range b.said {
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
	if len(b.sides[0].rows) > 0 || b.run.job.Again {
		kept = "; what was measured until then is kept"
	}
	at := "the benchmarks ran"
	if last := log.last; last != nil && b.sides[0].done[last.Name] < b.each {
		at = last.Name + " ran"
	}
	switch {
	case e.Status == sandbox.StatusKilled:
		return ""
	case e.Status == sandbox.StatusOK && log.final == "":
		return "the program ended before the benchmarks were through: a TestMain has to call m.Run" + kept
	case e.Status == sandbox.StatusOK && len(b.sides[0].rows) == 0:
		return "no benchmark was run: none has a name that -bench selects"
	case e.Status == sandbox.StatusOK || log.final != "" && e.Status == sandbox.StatusRuntimeError:
		return b.leftOut(log)
	case e.Status == sandbox.StatusTimeLimit:
		return fmt.Sprintf("the time was up while %s%s. A benchmark loops with for b.Loop() and ends by itself; fewer counts (-count) or a shorter -benchtime take less time", at, kept)
	case explainExit(b.sides[0].stage.result.Diagnostics):
		return "something called os.Exit(0) while " + at + ": testing makes a panic of it" + kept
	case len(e.Crash) > 0 && e.Status == sandbox.StatusRuntimeError:
		return "the program panicked while " + at + kept
	case e.Status == sandbox.StatusRuntimeError:
		return fmt.Sprintf("the program ended with exit code %d while %s%s", e.Exit.Code, at, kept)
	}
	return stoppedWords(e.Status) + " while " + at + kept
}

// leftOut says how many counts were not run because something failed before.
func (b *benchRun) leftOut(log *testLog) string {
	done := b.pass + 1
	if done == b.passes || !log.failed() && log.final != "FAIL" {
		return ""
	}
	return fmt.Sprintf("%d of %d counts were run: after a failure there is nothing more to measure", done, b.passes)
}

// lines takes what is printed and returns it without the lines that testing
// itself prints of benchmarks. They come in pieces, so that it returns whole
// lines only, and in the end, when text is "", the rest.
func (s *benchSide) lines(row *testRow, text string) string {
	if text == "" {
		text, s.part = s.part, ""
		return text
	}
	out := ""
	for piece := range strings.SplitAfterSeq(text, "\n") {
		s.part += piece
		if !strings.HasSuffix(s.part, "\n") && len(s.part) <= maxFrame {
			continue
		}
		out += s.learners(row, s.part)
		s.part = ""
	}
	return out
}

// header are the lines with which testing begins the list of benchmarks.
var header = regexp.MustCompile(`^(goos|goarch|pkg|cpu): .*\n$`)

// learners is what of a line testing did not print, of which it reads the rest.
// What a benchmark printed without ending the line stands before what testing
// says of it.
func (s *benchSide) learners(row *testRow, line string) string {
	if row == nil {
		if header.MatchString(line) || s.measureNext(line) {
			return ""
		}
		return line
	}
	if line == row.Name+"\n" {
		return ""
	}
	if at := strings.LastIndex(line, row.Name); at >= 0 && s.measure(row.Name, line[at:]) {
		return line[:at]
	}
	return line
}

// benchLine is NAME[-PROCS] ROUNDS VALUE UNIT ...
var benchLine = regexp.MustCompile(`^(Benchmark\S*)[ \t]+(\d+)\t(.+)\n$`)

// measure reads the line of a benchmark, which comes as often as there are
// counts in a pass, and says whether it is one.
func (s *benchSide) measure(name, line string) bool {
	m := benchLine.FindStringSubmatch(line)
	if m == nil || m[1] != name && !s.withProcs(name, m[1]) {
		return false
	}
	if s.run.tests.args.has("-test.cpu") {
		name = m[1] // one name for several numbers of processors would mix them
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || s.done[name] == s.each {
		return false
	}
	s.done[name]++
	s.last = name
	row := s.row(name)
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

// measureNext reads the line of a benchmark that testing runs again, with
// another number of processors or for another count, without saying so before.
func (s *benchSide) measureNext(line string) bool {
	m := benchLine.FindStringSubmatch(line)
	switch {
	case m == nil:
		return false
	case !s.run.tests.args.has("-test.cpu"):
		return s.each > 1 && s.last != "" && s.measure(s.last, line)
	}
	for _, name := range []string{m[1], m[1][:max(strings.LastIndexByte(m[1], '-'), 0)]} {
		if top, _, _ := strings.Cut(name, "/"); slices.Contains(s.names, top) {
			return s.measure(name, line)
		}
	}
	return false
}

// withProcs says whether shown is name and the number of processors, which
// testing adds.
func (s *benchSide) withProcs(name, shown string) bool {
	procs, ok := strings.CutPrefix(shown, name+"-")
	_, err := strconv.Atoi(procs)
	return ok && err == nil
}

func (s *benchSide) row(name string) *sandbox.Bench {
	if row := s.byName[name]; row != nil {
		return row
	}
	row := &sandbox.Bench{Name: name, NsOp: []float64{}, BytesOp: []float64{}, AllocsOp: []float64{}, Unit: map[string][]float64{}}
	row.File, row.Line = s.run.tests.at(name)
	s.rows, s.byName[name] = append(s.rows, row), row
	return row
}
