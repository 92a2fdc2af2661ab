package sandbox

// Coverage says which statements of the package under test ran.
type Coverage struct {
	Mode       string        `json:"mode"`       // set: whether, not how often
	Statements int           `json:"statements"` // of all files
	Covered    int           `json:"covered"`    // of those
	Files      []CoveredFile `json:"files"`
	Functions  []CoveredFunc `json:"functions"` // in the order of the source
}

// CoveredFile is a file and its blocks, from top to bottom.
type CoveredFile struct {
	Name   string  `json:"name"`
	Blocks []Block `json:"blocks"`
}

// Block is a run of statements that are entered together. Lines and columns
// count from 1; EndCol is just past the end.
type Block struct {
	Line       int `json:"line"`
	Col        int `json:"col"`
	EndLine    int `json:"end_line"`
	EndCol     int `json:"end_col"`
	Statements int `json:"statements"`
	Count      int `json:"count"` // 0: it did not run
}

// CoveredFunc is a function, or a method as Type.Name.
type CoveredFunc struct {
	Name       string `json:"name"`
	File       string `json:"file"`
	Line       int    `json:"line"`
	Statements int    `json:"statements"`
	Covered    int    `json:"covered"`
}

// Percent is the share of statements that ran, 0 to 100. A thing without
// statements has none: ok is false.
func Percent(covered, statements int) (share float64, ok bool) {
	if statements == 0 {
		return 0, false
	}
	return 100 * float64(covered) / float64(statements), true
}

// What Line returns.
const (
	LinePlain   = ""        // no statement begins or goes on here
	LineCovered = "covered" // all that is here ran
	LinePartly  = "partly"  // some of it
	LineMissed  = "missed"  // none of it
)

// Line says of a line of the file which of the blocks on it ran. A block
// counts for a line when it has more on it than its closing brace.
func (f *CoveredFile) Line(n int) string {
	ran, missed := false, false
	for _, b := range f.Blocks {
		if b.Statements == 0 || n < b.Line || n > b.EndLine || n == b.EndLine && n > b.Line && b.EndCol <= 2 {
			continue
		}
		ran, missed = ran || b.Count > 0, missed || b.Count == 0
	}
	switch {
	case ran && missed:
		return LinePartly
	case ran:
		return LineCovered
	case missed:
		return LineMissed
	}
	return LinePlain
}
