package page

import (
	"cmp"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"course/tutor/exectrace"
)

// mostCosts bounds the lines of a program that get a cost: those that took the
// most time.
const mostCosts = 60

// lineCost is what a trace tells of one line, as it stands right of its code.
type lineCost struct {
	File string
	Line int
	HTML template.HTML
}

// lineCosts writes, for each line of the program that a trace knows of, how long
// it ran, waited to run, and was blocked, by reason. nil without a trace.
func lineCosts(v *TraceView) []lineCost {
	if v == nil || v.Trace == nil {
		return nil
	}
	lines := v.Trace.Metrics.Lines
	list := make([]lineCost, 0, min(len(lines), mostCosts))
	for _, l := range lines[:min(len(lines), mostCosts)] {
		if parts := costParts(l); len(parts) > 0 {
			list = append(list, lineCost{l.File, l.Line, costHTML(v.ID, l, parts)})
		}
	}
	return list
}

// costPart is time that a line took in one way.
type costPart struct {
	state exectrace.State
	words string // before the time: "ran at least"
	sign  string // the same for who sees the mark of the state: "≥"
	ms    float64
}

// costParts are those of a line, blocked by reason, the longest reason first.
func costParts(l exectrace.LineCost) []costPart {
	var parts []costPart
	if l.Ran() > 0 {
		parts = append(parts, costPart{exectrace.Running, "ran at least", "≥\u00a0", l.Ran()})
	}
	if l.RunnableMS > 0 {
		parts = append(parts, costPart{exectrace.Runnable, "waited to run", "", l.RunnableMS})
	}
	reasons := slices.SortedFunc(maps.Keys(l.WaitingMS), func(a, b string) int {
		return cmp.Or(cmp.Compare(l.WaitingMS[b], l.WaitingMS[a]), cmp.Compare(a, b))
	})
	for _, reason := range reasons {
		if ms := l.WaitingMS[reason]; ms > 0 {
			parts = append(parts, costPart{exectrace.WaitState(reason), "blocked (" + exectrace.ReasonWords(reason) + ")", "", ms})
		}
	}
	return parts
}

// shownCosts is how many parts are drawn; all of them are in the title.
const shownCosts = 3

// costNote is what a reader must know of such times.
const costNote = ". Times of all goroutines are added up. Of running, only what was cut off at the line can be placed."

// costHTML draws the parts of a line. The longest of them is marked: on a
// narrow screen it stands alone. Pressed, it is looked for in the trace.
func costHTML(id string, l exectrace.LineCost, parts []costPart) template.HTML {
	says := make([]string, len(parts))
	longest := 0
	for i, p := range parts {
		says[i] = p.words + " " + spanMS(p.ms)
		if p.ms > parts[longest].ms {
			longest = i
		}
	}
	tag, to := "span", ""
	if id != "" {
		tag, to = "a", ` href="/traces/`+esc(id)+`"`
	}
	var b strings.Builder
	b.WriteString(`<` + tag + to + ` class="cost" data-file="` + esc(l.File) + `" data-at="` + strconv.Itoa(l.Line) + `" title="` + esc(l.File+":"+strconv.Itoa(l.Line)+": "+strings.Join(says, ", ")+costNote) + `">`)
	for i, p := range parts {
		class := "cp"
		switch {
		case i == longest:
			class = "cp mx"
		case i >= shownCosts:
			continue
		}
		sign := ""
		if p.sign != "" {
			sign = `<span aria-hidden="true">` + p.sign + `</span>`
		}
		b.WriteString(`<span class="` + class + `">` + swatch(p.state) + `<span class="vh">` + esc(p.words) + ` </span>` + sign + spanMS(p.ms) + `</span>`)
	}
	b.WriteString(`</` + tag + `>`)
	return template.HTML(b.String())
}

// hangCosts puts each cost right of its line.
func hangCosts(files []fileData, costs []lineCost) {
	for f := range files {
		at := make(map[int]template.HTML)
		for _, c := range costs {
			if c.File == files[f].Name {
				at[c.Line] = c.HTML
			}
		}
		for _, b := range files[f].Blocks {
			for i := range b.Lines {
				b.Lines[i].Cost = at[b.Lines[i].N]
			}
		}
	}
}

// costTemplate holds the costs for the script, which puts them beside a listing
// that was not written with them, or into its editor.
func costTemplate(v *TraceView) string { return costsTemplate(lineCosts(v)) }

func costsTemplate(costs []lineCost) string {
	if len(costs) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<template class="costs">`)
	for _, c := range costs {
		b.WriteString(string(c.HTML))
	}
	b.WriteString(`</template>`)
	return b.String()
}
