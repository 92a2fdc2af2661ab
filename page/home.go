package page

import (
	"fmt"
	"io"
	"math"
)

// homeData is the course map.
type homeData struct {
	frame
	Resume    *Resume
	Start     *entry // the first thing to read, where nothing was read yet
	Lanes     []lane
	Exercises []entry
}

// lane is one chapter of the map.
type lane struct {
	Number, Title, URL string
	Current            bool
	Parts              []part
	Width              string // class: w1 to w9, "" for the longest
	Says, Alt          string
	Done               bool
}

// part is one section or exercise of a lane.
type part struct {
	Class string
}

// Home writes the course map.
func (r *Renderer) Home(w io.Writer, v HomeView) error {
	d := homeData{frame: newFrame(v.Chrome, v.Course.Title, nil), Resume: v.Resume}
	longest := 0
	var minutes []int
	for _, ch := range v.Course.Chapters {
		list := contents(v.Chrome, ch, v.Exercises)
		sum := minutesOf(list)
		minutes = append(minutes, sum)
		longest = max(longest, sum)
		l := newLane(list, sum)
		l.Number, l.Title, l.URL = chapterNumber(ch), ch.Page.Title, chapterURL(ch)
		l.Current = v.Resume != nil && v.Resume.Chapter == ch.Slug
		d.Lanes = append(d.Lanes, l)
		d.addExercises(list)
		d.setStart(list)
	}
	for i := range d.Lanes {
		d.Lanes[i].Width = widthClass(minutes[i], longest)
	}
	return r.execute(w, "home", d)
}

func (d *homeData) addExercises(list []entry) {
	for _, e := range list {
		if e.Exercise && e.URL != "" {
			d.Exercises = append(d.Exercises, e)
		}
	}
}

func (d *homeData) setStart(list []entry) {
	for i := range list {
		if d.Start == nil && list[i].URL != "" && list[i].State == "" {
			d.Start = &list[i]
		}
	}
}

func newLane(list []entry, minutes int) lane {
	p := progressOf(list)
	l := lane{Done: p.Total > 0 && p.Done == p.Total, Says: p.Short(), Alt: p.Short()}
	switch {
	case p.Total == 0:
		l.Says, l.Alt = "coming", "coming"
	case p.Done == 0 && minutes > 0:
		l.Says = fmt.Sprintf("%d min", minutes)
		l.Alt = l.Says + " to read"
	}
	for _, e := range list {
		l.Parts = append(l.Parts, part{partClass(e)})
	}
	return l
}

func partClass(e entry) string {
	length := fmt.Sprintf("n%d", min(max(int(math.Round(float64(e.Minutes)/5)), 1), 12))
	switch {
	case e.Exercise && e.State == "passed":
		return "x ps"
	case e.Exercise && e.State == "tried":
		return "x tr2"
	case e.Exercise:
		return "x"
	case e.State == "read":
		return "rd " + length
	case e.URL == "":
		return "coming " + length
	}
	return length
}

func minutesOf(list []entry) int {
	sum := 0
	for _, e := range list {
		sum += e.Minutes
	}
	return sum
}

func widthClass(minutes, longest int) string {
	if longest == 0 || minutes == longest {
		return ""
	}
	return fmt.Sprintf("w%d", min(max(int(math.Round(10*float64(minutes)/float64(longest))), 1), 9))
}
