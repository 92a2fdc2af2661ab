package exectrace

import (
	"math"
	"strconv"
	"strings"
)

// LengthUnits are the units in which lengths of time are written, the largest
// first; what is shorter is written in ns.
var LengthUnits = []struct {
	NS   float64
	Name string
}{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}}

// Length writes a length of time in ns, to three digits, in the unit in which
// it is read best: "31 µs", "1.42 s".
func Length(ns float64) string {
	for _, u := range LengthUnits {
		if math.Abs(ns) >= .9995*u.NS {
			return Digits3(ns/u.NS) + " " + u.Name
		}
	}
	if ns == 0 {
		return "0 ms"
	}
	return Digits3(ns) + " ns"
}

// Digits3 writes x with three significant digits and no zeros behind the point.
func Digits3(x float64) string {
	decimals := 2
	switch a := math.Abs(x); {
	case a >= 99.95:
		decimals = 0
	case a >= 9.995:
		decimals = 1
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// length writes a time in ms.
func length(ms float64) string { return Length(ms * 1e6) }
