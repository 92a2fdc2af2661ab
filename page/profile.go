package page

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"course/tutor/profile"
)

// profileData is the profile of a run as its template wants it.
type profileData struct {
	ID, Title string
	Says      string // the rate in a sentence
	Facts     string // how much was sampled, in how long
	Problem   string // why there is nothing to show
	Few       string // that there is too little to go by, and what to do
	Ended     string // that it ended before the program
	Views     []profileViewData
}

// profileViewData is one kind of value.
type profileViewData struct {
	Title, Sum string
	Flame      template.HTML
	Rows, More []profileRow
	MoreSays   string
	Lines      []profileRow // the learner's lines
	First      bool         // the others are folded away
}

// profileRow is one function, or one line, of the table beside the picture.
type profileRow struct {
	Name      string
	Own       bool
	File      string
	Line      int // 0: not known
	URL       string
	Flat, Cum string
	FlatShare string
	CumShare  string
	Bar       string // of CumShare: 0 to 100
}

var profileTitles = map[string]string{
	"cpu": "CPU profile", "heap": "Heap profile", "block": "Block profile",
	"mutex": "Mutex profile", "goroutine": "Goroutine profile",
}

var viewTitles = map[string]string{
	"cpu": "Processor time", "alloc_space": "Allocated in all", "inuse_space": "Still in use at the end",
	"goroutine": "Goroutines at the end",
}

// newProfile makes the panel of a profile; nil for a run without one.
func newProfile(v *ProfileView, cellID string) *profileData {
	if v == nil {
		return nil
	}
	d := &profileData{ID: v.ID, Title: profileTitles[v.Info.What], Says: v.Info.Says, Problem: v.Info.Problem}
	switch v.Info.Ended {
	case "idle":
		d.Ended = "It ends where nothing had run for a while. What the program did later is not in it."
	case "time":
		d.Ended = "It ends shortly before the program was stopped, because its time was up."
	}
	if v.Gone {
		d.Problem = "This profile is no longer kept. Run it again to see it."
	}
	if v.Profile == nil {
		return d
	}
	d.Few = v.Profile.Few(v.Info.Rate, time.Duration(v.CPU*float64(time.Millisecond)))
	d.Facts = profileFacts(v.Profile)
	for i := range v.Profile.Views {
		if view := &v.Profile.Views[i]; view.Total > 0 {
			d.Views = append(d.Views, newProfileView(v.Info.What, view, cellID, len(d.Views) == 0))
		}
	}
	return d
}

// profileFacts is how much was sampled.
func profileFacts(p *profile.Profile) string {
	if p.What != "cpu" || p.Duration == 0 {
		return ""
	}
	return plural(int(p.Samples), "sample", "samples") + " in " + span(float64(p.Duration))
}

// shownRows is how many functions the table shows before the rest is folded.
const shownRows = 12

func newProfileView(what string, v *profile.View, cellID string, first bool) profileViewData {
	d := profileViewData{Title: viewTitles[v.Name], Sum: profileValue(v.Total, v.Unit), First: first}
	switch v.Name {
	case "delay":
		d.Title = map[string]string{"block": "Time waited", "mutex": "Time others waited for a lock"}[what]
		d.Sum += " in " + plural(int(v.Count), "wait", "waits")
	case "alloc_space", "inuse_space":
		d.Sum += " in about " + plural(int(v.Count), "object", "objects")
	}
	if d.Title == "" {
		d.Title = v.Name
	}
	d.Flame = flame(v, d.Title+", "+d.Sum, cellID)
	for i, f := range v.Functions {
		row := newProfileRow(v, f.Name, f.File, f.Line, f.Own, f.Flat, f.Cum, cellID)
		if i < shownRows {
			d.Rows = append(d.Rows, row)
		} else {
			d.More = append(d.More, row)
		}
	}
	d.MoreSays = "Show " + plural(len(d.More), "more function", "more functions")
	if v.Others > 0 {
		d.MoreSays += "; " + plural(v.Others, "further one", "further ones") + " took less and " + isAre(v.Others) + " not kept"
	}
	for _, l := range v.Lines {
		d.Lines = append(d.Lines, newProfileRow(v, "", l.File, l.Line, true, l.Flat, l.Cum, cellID))
	}
	return d
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func newProfileRow(v *profile.View, name, file string, line int, own bool, flat, cum int64, cellID string) profileRow {
	share := func(n int64) float64 { return float64(n) / float64(v.Total) }
	r := profileRow{
		Name: name, Own: own, File: file, Line: line,
		Flat: profileValue(flat, v.Unit), Cum: profileValue(cum, v.Unit),
		FlatShare: percent(share(flat)), CumShare: percent(share(cum)), Bar: fixed(100*share(cum), 1),
	}
	r.URL = lineURL(cellID, own, line)
	return r
}

// lineURL leads to a line of the learner's in the cell; "" for any other.
func lineURL(cellID string, own bool, line int) string {
	if !own || line <= 0 || cellID == "" {
		return ""
	}
	return fmt.Sprintf("#cell-%s-L%d", cellID, line)
}

// profileValue writes a value of a profile with its unit.
func profileValue(n int64, unit string) string {
	switch unit {
	case "nanoseconds":
		return span(float64(n))
	case "bytes":
		return size(n)
	}
	return thousands(n)
}

// originOf says whose a function is: own, runtime or std. It is told by its
// look and by words, not by colour alone.
func originOf(name string, own bool) string {
	switch {
	case own:
		return "own"
	case strings.HasPrefix(name, "runtime."), strings.HasPrefix(name, "internal/runtime/"), strings.HasPrefix(name, "gcWriteBarrier"), strings.HasPrefix(name, "runtime/"):
		return "rt"
	}
	return "std"
}
