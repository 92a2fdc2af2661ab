package page

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// cellWriter writes the cells of one page. It implements
// content.CellRenderer.
type cellWriter struct {
	r *Renderer
	v ChapterView
}

// Cell writes the HTML of c.
func (cw cellWriter) Cell(w io.Writer, c *content.Cell) error {
	name := "cell"
	var data any
	switch c.Verb {
	case "exercise":
		name, data = "exercise-cell", cw.exerciseCell(c)
	case "run", "test", "bench":
		data = newCell(c, cw.v.Cells[c.ID], sectionURL(cw.v.Chapter, cw.v.Page)+"/run", cw.v.runProblem(c))
	default:
		name, data = "listing", newCell(c, CellView{}, "", "")
	}
	if err := cw.r.tmpl.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("render cell %s: %w", c.ID, err)
	}
	return nil
}

// runProblem is why a cell can't be run, or "". Where there is no Go, programs
// are interpreted.
func (c Chrome) runProblem(cell *content.Cell) string {
	if c.Approximate && cell.Verb == "run" {
		return ""
	}
	return c.GoProblem
}

// cellData is a cell as its template wants it.
type cellData struct {
	ID, Key string
	Action  string // URL of the form
	Name    string // file shown first
	Caption string
	Tags    []string
	Procs   string // a tag too, which does not hold on the fake clock
	Faked   bool   // it is run on that
	Files   []fileData
	// Untraced says that there is no trace, and no other kind of run, to be had:
	// its clock is fake.
	Untraced   bool
	Traced     bool   // run with a trace unless told otherwise
	Kind       string // run, test or bench
	Covered    bool   // coverage is counted unless told otherwise
	Kinds      []kindOption
	Changed    bool
	Version    int
	Problem    string
	GoProblem  string
	Feed       *feedData
	Predict    *predictData
	Panel      panelData
	NewStarter []fileDiff
}

// fileData is one file of a cell or an exercise.
type fileData struct {
	Name     string
	Source   string // what is in the editor
	Original string // what Reset goes back to
	Rows     int    // of a textarea
	Blocks   []block
	ReadOnly bool
}

func newCell(c *content.Cell, v CellView, action, goProblem string) cellData {
	d := cellData{
		ID: c.ID, Key: c.Key, Action: action, Name: mainFile(c),
		Caption: c.Options["caption"], Tags: cellTags(c), Traced: c.Options["trace"] != "",
		Untraced: c.Options["clock"] == sandbox.ClockFake, Procs: procsTag(c), Faked: v.Kind == KindFake,
		Version: v.Version, Problem: v.Problem, GoProblem: goProblem, Kinds: kindOptions(c, v.Kind),
		Kind: c.Verb, Covered: c.Flag("cover"),
	}
	originals := cellFiles(c)
	files := originals
	if v.Files != nil {
		files = v.Files
	}
	d.Feed = newFeed(c, v.Input)
	d.Changed = !slices.Equal(files, originals) || d.Feed.Changed()
	d.Panel = newPanel(c, v, d.Changed, files)
	d.Files = fileList(files, originals, "cell-"+c.ID, underLines(v))
	if v.Result != nil || !d.Changed && !d.Panel.Folded {
		hangCosts(d.Files, append(lineCosts(d.Panel.Trace), coverCosts(d.Panel.covered)...))
	}
	d.Predict = newPredict(c, v, d.Changed || v.Fed)
	d.NewStarter = fileDiffs(v.NewStarter)
	return d
}

func fileList(files, originals []sandbox.File, anchor string, diags []sandbox.Diagnostic) []fileData {
	list := make([]fileData, 0, len(files))
	for i, f := range files {
		at := anchor
		if i > 0 {
			at = fmt.Sprintf("%s-%d", anchor, i+1)
		}
		lines := codeLines(f.Name, f.Content, at, diags)
		list = append(list, fileData{
			Name: f.Name, Source: f.Content, Original: contentOf(originals, f.Name),
			Rows: min(max(len(lines)+1, 6), 30), Blocks: blocks(lines),
		})
	}
	return list
}

func contentOf(files []sandbox.File, name string) string {
	for _, f := range files {
		if f.Name == name {
			return f.Content
		}
	}
	return ""
}

func cellFiles(c *content.Cell) []sandbox.File {
	files := make([]sandbox.File, len(c.Files))
	for i, f := range c.Files {
		files[i] = sandbox.File{Name: f.Name, Content: f.Content}
	}
	return files
}

func mainFile(c *content.Cell) string {
	if len(c.Files) > 0 {
		return c.Files[0].Name
	}
	return "main.go"
}

// procsTag is what a cell says of GOMAXPROCS, which is 1 on the fake clock.
func procsTag(c *content.Cell) string {
	switch {
	case c.Options["clock"] == sandbox.ClockFake:
		return ""
	case c.Options["procs"] != "":
		return "GOMAXPROCS " + c.Options["procs"]
	case c.Vary() != nil:
		return "GOMAXPROCS " + numbers(c.Vary())
	}
	return ""
}

// cellTags are what a reader should know of how a cell is run.
func cellTags(c *content.Cell) []string {
	var tags []string
	if n := c.CPULimit(); n > 0 {
		tags = append(tags, "at most "+processors(n))
	}
	if c.Options["race"] != "" {
		tags = append(tags, "race detector on")
	}
	if c.Flag("alone") {
		tags = append(tags, "measured alone")
	}
	if clock := c.Options["clock"]; clock != "" && clock != "real" {
		tags = append(tags, clock+" clock")
	}
	if what := c.Options["profile"]; what != "" {
		tags = append(tags, what+" profile")
	}
	if c.Options["asm"] != "" {
		tags = append(tags, "compiler and assembly")
	}
	if flags := c.Options["gcflags"]; flags != "" {
		tags = append(tags, "compiled with "+flags)
	}
	for _, key := range []string{"args", "env", "stdin"} {
		if text := c.Options[key]; text != "" {
			tags = append(tags, key+" "+text)
		}
	}
	if c.Tests() {
		tags = append(tags, c.Verb)
	}
	return tags
}

// Status is the cell's data-status.
func (d cellData) Status() string {
	if d.Panel.Status != "" {
		return d.Panel.Status
	}
	if d.Changed {
		return "changed"
	}
	return "idle"
}

// RunLabel is the word on the button.
func (d cellData) RunLabel() string {
	if d.Panel.Status != "" {
		return "Run again"
	}
	return "Run"
}

// predictData is the question before a run.
type predictData struct {
	Name, Prompt string
	Choices      []predictChoice
	Asked        bool // the run is over: yours and the right one are marked
}

type predictChoice struct {
	N                  int
	Text               string
	Picked, Right      bool
	MarkYours, MarkHit bool
}

func newPredict(c *content.Cell, v CellView, changed bool) *predictData {
	if c.Predict == nil {
		return nil
	}
	p := &predictData{Name: "predict", Prompt: c.Predict.Prompt, Asked: v.Result != nil && !changed}
	for i, text := range c.Predict.Choices {
		n := i + 1
		p.Choices = append(p.Choices, predictChoice{
			N: n, Text: text, Picked: v.Picked == n, Right: c.Predict.Answer == n,
			MarkYours: p.Asked && v.Picked == n, MarkHit: p.Asked && c.Predict.Answer == n,
		})
	}
	return p
}

// exerciseCellData is a cell that leads to an exercise.
type exerciseCellData struct {
	ID, Exercise, Title string
	Points              int
	Ready               bool // the exercise is there
	State               string
	Files               []fileData
}

func (cw cellWriter) exerciseCell(c *content.Cell) exerciseCellData {
	d := exerciseCellData{ID: c.ID, Exercise: c.Exercise, State: cw.v.States["exercise:"+c.Exercise]}
	ex := cw.v.Exercises[c.Exercise]
	files := cellFiles(c)
	if ex != nil {
		d.Ready, d.Title, d.Points = true, ex.Title, maxPoints(ex)
		files = starterFiles(ex, files)
	}
	d.Files = fileList(files, files, "cell-"+c.ID, nil)
	return d
}

// starterFiles are the named files with the starter's text where the fence
// gives none.
func starterFiles(ex *exercises.Exercise, named []sandbox.File) []sandbox.File {
	var files []sandbox.File
	for _, f := range named {
		if strings.TrimSpace(f.Content) == "" {
			f.Content = contentOf(ex.Starter, f.Name)
		}
		files = append(files, f)
	}
	return files
}

func maxPoints(ex *exercises.Exercise) int {
	sum := 0
	for _, c := range ex.Checks {
		sum += c.Points
	}
	return sum
}

// panelData is everything below the code of a cell.
type panelData struct {
	ID       string // of the run; "" before the first
	CellID   string
	Status   string // of the result; "" before the first run
	Line     Line
	Diags    []sandbox.Diagnostic // those that belong to no line shown
	Marks    []sandbox.Diagnostic // lines that only get a mark
	Output   *outputView
	Varied   *variedView
	Tests    *testsView
	Bench    *benchView
	Cover    *coverView
	covered  *sandbox.Coverage
	Said     []string // of tests and benchmarks, in sentences of their own
	Explain  *explanation
	Trace    *TraceView
	Others   []OtherTrace // further traces that the run left
	Profile  *profileData
	Asm      *asmData
	Recorded string // "go 1.26.8" when this is the book's own run
	Folded   bool   // a prediction is asked first, so what it prints is not shown yet
}

// newPanel shows the result, or else the recording, or else what the author
// says it prints.
func newPanel(c *content.Cell, v CellView, changed bool, files []sandbox.File) panelData {
	p := panelData{Trace: pointed(c, v.Trace, changed || v.Fed)}
	expect := ""
	if c != nil {
		p.CellID = c.ID
	}
	if c != nil && !v.Fed {
		expect = c.Options["expect"]
	}
	if r := v.Result; r != nil {
		p.ID, p.Status, p.Line = r.ID, string(r.Status), StatusLine(r, expect)
		p.Output, p.Explain, p.Others = newOutput(r, false), explain(r), otherTraces(r)
		p.Profile = newProfile(v.Profile, p.CellID)
		p.Varied = newVaried(r, false)
		p.tested(r, v.Before)
		p.Asm = newAsm(r, codeOf(v, files), p.CellID)
		p.Diags, p.Marks = elsewhere(told(r), files), marked(r)
		return p
	}
	p.Line = idleLine(expect)
	p.Folded = c != nil && c.Predict != nil && v.Picked == 0
	if rec := v.Recorded; rec != nil && rec.Result != nil {
		p.Output, p.Trace = newOutput(rec.Result, true), pointed(c, rec.Trace, false)
		p.Varied = newVaried(rec.Result, true)
		p.tested(rec.Result, nil)
		p.Recorded = goVersion(rec.Result.GoVersion)
		p.Line.Detail = joinSentences(p.Line.Detail, "Recorded with "+p.Recorded)
	} else if c != nil {
		p.Output = printedOutput(c)
	}
	if changed {
		p.Line = Line{Fact: "Changed.", Detail: "Run to see the new output"}
		if p.Output != nil && p.Recorded != "" {
			p.Output.Note = "Recorded with " + p.Recorded + ", before your changes"
		}
	}
	return p
}

// tested fills in what tests, benchmarks and coverage gave.
func (p *panelData) tested(r, before *sandbox.Result) {
	p.Tests, p.Bench, p.Cover, p.covered = newTests(r), newBench(r, before), newCover(r.Cover), r.Cover
	if (p.Tests != nil || p.Varied != nil) && p.Output != nil {
		p.Output.Folded = true // each test, and each run of several, has its own
	}
	for _, says := range []string{Measured(r), Throttled(r), OwnClock(r)} {
		if says != "" {
			p.Said = append(p.Said, says)
		}
	}
	for _, d := range r.Diagnostics {
		if d.OfTests() {
			p.Said = append(p.Said, Capital(d.Message)+".")
		}
	}
}

// Costs is the template of what is painted on the lines by coverage.
func (p panelData) Costs() template.HTML { return template.HTML(costsTemplate(coverCosts(p.covered))) }

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	return a + ". " + b
}

// told are the diagnostics that are shown with their words: all when nothing
// was run, and else the advice of vet. The others, the explanation below the
// output says.
func told(r *sandbox.Result) []sandbox.Diagnostic {
	if neverRan(r) {
		return r.Diagnostics
	}
	var advice []sandbox.Diagnostic
	for _, d := range r.Diagnostics {
		if isVet(d) {
			advice = append(advice, d)
		}
	}
	return advice
}

// neverRan says that nothing was run.
func neverRan(r *sandbox.Result) bool {
	return r.Status == sandbox.StatusCompileError || r.Status == sandbox.StatusRefused || r.Status == sandbox.StatusCompileLimit
}

// isVet says whether a diagnostic is advice on a program that ran.
func isVet(d sandbox.Diagnostic) bool { return strings.HasPrefix(d.Code, "vet:") }

// marked are the lines of diagnostics that are explained below the output:
// they only get a mark, without words.
func marked(r *sandbox.Result) []sandbox.Diagnostic {
	if neverRan(r) {
		return nil
	}
	var marks []sandbox.Diagnostic
	for _, d := range r.Diagnostics {
		if !isVet(d) {
			marks = append(marks, sandbox.Diagnostic{File: d.File, Line: d.Line})
		}
	}
	return marks
}

// underLines are the diagnostics shown with the code.
func underLines(v CellView) []sandbox.Diagnostic {
	if v.Result == nil {
		return nil
	}
	return append(told(v.Result), marked(v.Result)...)
}

// State is the cell's data-state: the colour of the spine.
func (p panelData) State() string {
	if p.Status == "" {
		return "idle"
	}
	return p.Line.State
}

// printedOutput shows what the text says a listing prints.
func printedOutput(c *content.Cell) *outputView {
	v := &outputView{Label: "Expected output"}
	add := func(e *content.Expect, class string) {
		if e == nil || e.Mode == "match" {
			return // a pattern is no output
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(e.Text, "\n"), "\n") {
			v.Head = append(v.Head, outLine{Class: class, Text: line})
		}
		switch e.Mode {
		case "unordered":
			v.Note = "What it prints, in any order"
		case "first":
			v.Cut = "and so on"
		}
	}
	add(c.Output, "sys")
	add(c.Stderr, "e sys")
	if len(v.Head) == 0 {
		return nil
	}
	v.Head = fold(v.Head, v)
	return v
}
