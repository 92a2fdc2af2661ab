package content

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/text"
)

// Quantity is a number with its unit, in base units: seconds, bytes or plain.
type Quantity struct {
	Value float64
	Unit  string  // "s", "B", "%" (Value is a fraction) or ""
	Ulp   float64 // of the last digit written, in base units
	Scale float64 // of the unit as written, in base units
}

var quantityPattern = regexp.MustCompile(`([-−]?\d[\d,]*(?:\.\d+)?)[\s\x{00A0}\x{202F}]*(ns|µs|μs|us|ms|s|%|B|KB|MB|GB|KiB|MiB|GiB)?(?:$|[^\pL])`)

// ParseQuantity finds the first number of a text, with its unit: "512",
// "about 2.16 ms", "1,024", "97 %".
func ParseQuantity(s string) (Quantity, error) {
	m := quantityPattern.FindStringSubmatch(s)
	if m == nil {
		return Quantity{}, fmt.Errorf("%s holds no number", quoted(s))
	}
	digits := strings.ReplaceAll(strings.Replace(m[1], "−", "-", 1), ",", "")
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return Quantity{}, fmt.Errorf("read the number %s: %w", quoted(m[1]), err)
	}
	scale, unit := unitScale(m[2])
	decimals := 0
	if _, frac, ok := strings.Cut(digits, "."); ok {
		decimals = len(frac)
	}
	return Quantity{v * scale, unit, scale * math.Pow10(-decimals), scale}, nil
}

func unitScale(unit string) (float64, string) {
	scales := map[string]float64{
		"ns": 1e-9, "µs": 1e-6, "μs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1,
		"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
		"%": 0.01,
	}
	switch {
	case unit == "":
		return 1, ""
	case unit == "%":
		return scales[unit], "%"
	case strings.HasSuffix(unit, "B"):
		return scales[unit], "B"
	}
	return scales[unit], "s"
}

// Tolerance says how far a run may be from the number on the page.
type Tolerance struct {
	Mode  string  // "" exact as written, "+-", ">=" or "<="
	Value float64 // of "+-": a fraction when Relative, else in base units
	// Relative tolerances are fractions of the number on the page.
	Relative bool
	Unit     string
}

// ParseTolerance reads the title of a run: link.
func ParseTolerance(s string) (Tolerance, error) {
	s = strings.TrimSpace(strings.Replace(s, "±", "+-", 1))
	if s == "" || s == ">=" || s == "<=" {
		return Tolerance{Mode: s}, nil
	}
	amount, ok := strings.CutPrefix(s, "+-")
	if !ok {
		return Tolerance{}, fmt.Errorf("%s is no tolerance", quoted(s))
	}
	q, err := ParseQuantity(amount)
	if err != nil || q.Value < 0 {
		return Tolerance{}, fmt.Errorf("%s is no tolerance", quoted(s))
	}
	return Tolerance{Mode: "+-", Value: q.Value, Relative: q.Unit == "%", Unit: q.Unit}, nil
}

// Allows reports whether a measured value is what the page says. Both are in
// base units.
func (t Tolerance) Allows(page Quantity, measured float64) bool {
	const slack = 1e-9
	switch t.Mode {
	case ">=":
		return measured >= page.Value-slack
	case "<=":
		return measured <= page.Value+slack
	case "+-":
		bound := t.Value
		switch {
		case t.Relative:
			bound *= math.Abs(page.Value)
		case t.Unit == "":
			bound *= page.Scale // +-0.5 of the page's own unit
		}
		return math.Abs(measured-page.Value) <= bound+slack*math.Max(1, math.Abs(page.Value))
	}
	return math.Abs(measured-page.Value) <= page.Ulp*(0.5+slack)
}

func newReader(src []byte) text.Reader { return text.NewReader(src) }
