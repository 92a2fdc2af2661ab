package content

import (
	"fmt"
	"io"
	"io/fs"
)

// Course is the whole book.
type Course struct {
	Title    string
	Lang     string
	Vendor   []string // module@version that listings may import
	Chapters []*Chapter
	Problems []Problem // what is wrong with its files, sorted by file and line
	fsys     fs.FS
}

// Status says whether a page is written or announced.
type Status string

// The values of a page's status.
const (
	Written Status = "written"
	Coming  Status = "coming"
)

// Chapter is a folder of the course. Its own page is its index.md.
type Chapter struct {
	Slug     string // without the number
	Number   string // "03"
	Page     *Page  // index.md
	Sections []*Page
	// Exercises are the ids its sections name in go exercise= fences and its
	// front matter lists, in order.
	Exercises []string
}

// Page is one Markdown file: a chapter's own page or a section.
type Page struct {
	Slug       string // section slug; "" for the chapter's own page
	Number     string // "3.1"; "" for the chapter's own page
	File       string // path in the course folder
	Title      string
	Minutes    int
	Objectives []string
	Requires   []string
	Exercises  []string
	Status     Status
	TOC        []Heading
	Cells      []*Cell
	Numbers    []Number
	// Comparisons are in the order of the page.
	Comparisons []*Comparison
	Links       []Link // to exercises and out of the course
	Quizzes     []string
	chapter     string // slug
	anchors     map[string]bool
	doc         *document
}

// Link leads out of the pages: to an exercise, or to another site.
type Link struct {
	Exercise string // exercise id, when it leads to one
	URL      string // as rendered
	File     string
	Line     int
}

// Heading is one entry of a table of contents.
type Heading struct {
	Level int // 2 or 3
	Text  string
	ID    string
}

// Cell is one fence that the reader can do something with.
type Cell struct {
	ID       string            // id=, or PAGE-SLUG.N
	Named    bool              // it has an id= of its own
	Key      string            // draft key: cell:CHAPTER/CELLID
	Verb     string            // run, test, bench, norun, exercise
	Options  map[string]string // keys of the fence; "true" for one that stands alone
	Files    []File
	Exercise string // for go exercise=ID
	Output   *Expect
	Stderr   *Expect
	Predict  *Predict
	File     string // where it stands in the course folder
	Line     int    // of its opening fence
	CodeLine int    // of its first code line
}

// File is one file of a cell.
type File struct {
	Name    string
	Content string
}

// Expect is an output fence: the text and how it is compared ("" exact,
// unordered, match, first=N).
type Expect struct {
	Mode string
	N    int
	Text string
	Line int // of its opening fence
}

// Predict is a question asked before the cell is run, as plain text: the
// choices, and which of them, from 1, is what it prints.
type Predict struct {
	ID      string
	Prompt  string
	Choices []string
	Answer  int
}

// Number is a figure in the prose that comes from a run or from the runtime's
// source: [512](run:ID#goroutines.peak "+-10%") or [256](src:FILE "REGEXP").
type Number struct {
	Text      string
	Scheme    string // run or src
	Target    string // ID or file
	Name      string // metric name; "" for src
	Tolerance string // of run
	Pattern   string // of src
	File      string
	Line      int
}

// Problem is something wrong with the text of the course, in the words of
// tutor verify.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// String is the problem in one line: file:line: rule: message (fix).
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d: %s: %s", p.File, p.Line, p.Rule, p.Message)
	if p.Fix != "" {
		s += " (" + p.Fix + ")"
	}
	return s
}

// CellRenderer writes the HTML of one cell, and of the traces of two. It is
// implemented by whoever knows what a reader can do with them.
type CellRenderer interface {
	Cell(w io.Writer, c *Cell) error
	Compare(w io.Writer, c *Comparison) error
}
