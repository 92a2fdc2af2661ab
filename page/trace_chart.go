package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"course/tutor/exectrace"
)

// latencyChart draws how long goroutines were ready before they ran, by
// length; "" when none was.
func latencyChart(m *exectrace.Metrics) string {
	l := m.Latency
	if len(l.Buckets) == 0 || l.P50us == nil {
		return ""
	}
	const width, base, room = 400., 112., 98.
	most := 0
	for _, b := range l.Buckets {
		most = max(most, b.N)
	}
	step := width / float64(max(len(l.Buckets), 8))
	var bars, ticks, text strings.Builder
	numbered := roomForNumbers(l.Buckets, step)
	for i, b := range l.Buckets {
		x := float64(i) * step
		h := room * float64(b.N) / float64(most)
		if b.N > 0 {
			h = max(h, 1)
			fmt.Fprintf(&bars, `<path fill="url(#h-runnable)" d="M%s %sh%sv%sh-%sz"><title>%s: %s to %s</title></path>`,
				fixed(x+2, 1), fixed(base-h, 1), fixed(step-4, 1), fixed(h, 1), fixed(step-4, 1), thousands(int64(b.N)), spanUS(b.FromUs), spanUS(b.ToUs))
			if numbered[i] {
				fmt.Fprintf(&text, `<text class="tx" text-anchor="middle" x="%s" y="%s">%s</text>`, fixed(x+step/2, 1), fixed(base-h-4, 1), compact(b.N))
			}
		}
		if decade(b.ToUs) {
			fmt.Fprintf(&ticks, `<path class="bl" d="M%s 112v5"/>`, fixed(x+step, 1))
			fmt.Fprintf(&text, `<text class="tx" text-anchor="%s" x="%s" y="127">%s</text>`, endAnchor(x+step, width), fixed(x+step, 1), spanUS(b.ToUs))
		}
	}
	return `<p class="sub">How long goroutines were ready before they ran</p><svg class="hist" viewBox="0 0 400 132" role="img" aria-label="` +
		esc(fmt.Sprintf("Scheduling latency of %s, from %s to %s. Median %s.", plural(l.N, "start", "starts"),
			spanUS(l.Buckets[0].FromUs), spanUS(l.Buckets[len(l.Buckets)-1].ToUs), spanUS(*l.P50us))) +
		`"><path class="bl" d="M0 112.5H400"/>` + bars.String() + ticks.String() + `<g class="lt">` + text.String() + `</g></svg>` + causeChart(l.Buckets, step)
}

// roomForNumbers says which bars, step apart, have their number above them:
// those that stand for the most come first, and none is written over another.
func roomForNumbers(buckets []exectrace.LatencyBucket, step float64) []bool {
	order := make([]int, len(buckets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(buckets[b].N, buckets[a].N) })
	half := func(i int) float64 { return (letterWidth*float64(len(compact(buckets[i].N))) + 3) / 2 }
	shown := make([]bool, len(buckets))
	for _, i := range order {
		free := true
		for j := range buckets {
			free = free && (!shown[j] || math.Abs(float64(i-j))*step >= half(i)+half(j))
		}
		shown[i] = free && buckets[i].N > 0
	}
	return shown
}

// causeChart draws the same split by what made the goroutines ready: a row for
// each cause, on the axis of the chart above. "" where there is one cause only.
func causeChart(buckets []exectrace.LatencyBucket, step float64) string {
	const rowHeight, room = 38., 20.
	var rows strings.Builder
	n := 0
	says := []string{}
	for _, w := range causeWords {
		most, all := 0, 0
		for _, b := range buckets {
			most, all = max(most, b.ByCause[w.cause]), all+b.ByCause[w.cause]
		}
		if all == 0 {
			continue
		}
		base := float64(n)*rowHeight + rowHeight - 2
		says = append(says, w.words+" "+thousands(int64(all)))
		fmt.Fprintf(&rows, `<text class="tx" x="0" y="%s">%s: %s</text><path class="bl" d="M0 %sH400"/>`,
			fixed(base-room-6, 1), esc(w.words), thousands(int64(all)), fixed(base+.5, 1))
		for i, b := range buckets {
			if c := b.ByCause[w.cause]; c > 0 {
				h := max(room*float64(c)/float64(most), 1)
				fmt.Fprintf(&rows, `<path fill="url(#h-runnable)" d="M%s %sh%sv%sh-%sz"><title>%s: %s to %s, %s</title></path>`,
					fixed(float64(i)*step+2, 1), fixed(base-h, 1), fixed(step-4, 1), fixed(h, 1), fixed(step-4, 1),
					thousands(int64(c)), spanUS(b.FromUs), spanUS(b.ToUs), esc(w.words))
			}
		}
		n++
	}
	if n < 2 {
		return ""
	}
	return `<p class="sub">The same, by what made them ready; each row has a scale of its own</p><svg class="hist" viewBox="0 0 400 ` + fixed(float64(n)*rowHeight, 0) +
		`" role="img" aria-label="` + esc("Scheduling latency by what made goroutines ready: "+strings.Join(says, ", ")+". The table below has the numbers.") +
		`"><g class="lt">` + rows.String() + `</g></svg>`
}

func endAnchor(x, width float64) string {
	if x > width-20 {
		return "end"
	}
	return "middle"
}

// decade says whether us is a power of ten: there the axis is marked.
func decade(us float64) bool {
	l := math.Log10(us)
	return math.Abs(l-math.Round(l)) < 1e-9
}

// compact writes a count that must fit over a bar.
func compact(n int) string {
	switch {
	case n >= 10_000_000:
		return fixed(float64(n)/1e6, 0) + "M"
	case n >= 10_000:
		return fixed(float64(n)/1e3, 0) + "k"
	}
	return thousands(int64(n))
}
