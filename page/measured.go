package page

import (
	"strconv"

	"course/tutor/sandbox"
)

// Measured says in a sentence how a measurement was kept from being disturbed;
// nothing for a run that was none.
func Measured(r *sandbox.Result) string {
	m := r.Measured
	if m == nil || !m.Alone {
		return ""
	}
	text := "Measured alone: this tutor ran nothing else meanwhile"
	for i, id := range m.CPUs {
		switch {
		case i == 0 && len(m.CPUs) == 1:
			text += ", and it was kept on processor "
		case i == 0:
			text += ", and it was kept on the processors "
		case i == len(m.CPUs)-1:
			text += " and "
		default:
			text += ", "
		}
		text += strconv.Itoa(id)
	}
	text += "."
	switch {
	case m.Beside == 1:
		text += " Something small was done beside it once, as checking what somebody types."
	case m.Beside > 1:
		text += " Something small was done beside it " + strconv.Itoa(m.Beside) + " times, as checking what somebody types."
	}
	return text
}

// Throttled says in a sentence what a bound on processors did to a run; nothing
// for a run without one.
func Throttled(r *sandbox.Result) string {
	if r.CPULimit == 0 || neverRan(r) {
		return ""
	}
	text := "It was allowed " + processors(r.CPULimit) + ": its threads were "
	if r.Usage.ThrottledMS == 0 {
		return text + "never held back."
	}
	return text + "held back for " + duration(r.Usage.ThrottledMS) + ", summed over processors."
}

// processors writes "1.5 processors".
func processors(n float64) string {
	text := strconv.FormatFloat(n, 'f', -1, 64)
	if n == 1 {
		return text + " processor"
	}
	return text + " processors"
}
