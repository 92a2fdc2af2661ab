package grade

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// observation is what one probe did with one call.
type observation struct {
	value any  // of JSON; when it answered
	ok    bool // it answered with a value
	err   *string
	is    []string // names of the errors that err is
	panic string
	none  string // why there is no answer
}

// observe reads a reply. The bytes come from a process in which learner code
// ran: what is no JSON is no answer.
func observe(reply sandbox.Reply) observation {
	o := observation{is: slices.Sorted(slices.Values(reply.Is)), panic: reply.Panic, none: reply.None}
	switch {
	case reply.None != "" || reply.Panic != "":
	case reply.OK != nil:
		v, err := readJSON(reply.OK)
		if err != nil {
			return observation{none: "garbage"}
		}
		o.value, o.ok = v, true
	default:
		o.err = &reply.Error
	}
	return o
}

// readJSON keeps the digits of numbers.
func readJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	return v, err
}

// plain sends a value of Go through JSON.
func plain(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return readJSON(text)
}

// String is the observation as a learner reads it.
func (o observation) String() string {
	switch {
	case o.none != "":
		return "no answer (" + noAnswer(o.none) + ")"
	case o.panic != "":
		return "panic: " + o.panic
	case o.err != nil && len(o.is) > 0:
		return fmt.Sprintf("error %q, which is %s", *o.err, strings.Join(o.is, ", "))
	case o.err != nil:
		return fmt.Sprintf("error %q", *o.err)
	}
	return oneLine(o.value)
}

// oneLine is a JSON value as text.
func oneLine(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// noAnswer explains why a reply is missing.
func noAnswer(why string) string {
	switch why {
	case "timeout":
		return "it did not come back in time"
	case "died":
		return "the program ended during the call"
	case "oversized":
		return "the answer was larger than 64 KiB"
	case "mismatch":
		return "it answered another question than the one that was asked"
	}
	return "what came back was no answer"
}

// agree says whether two observations are the same under a comparison, and if
// not, in which way they differ.
func agree(compare string, got, want observation, args []any) (bool, string, error) {
	switch {
	case got.none != "":
		return false, "There was no answer: " + noAnswer(got.none) + ".", nil
	case got.panic != "" && want.panic == "":
		return false, "It panicked: " + got.panic, nil
	case got.err != nil && want.err == nil:
		return false, fmt.Sprintf("It returned the error %q where there is none.", *got.err), nil
	case got.err == nil && want.err != nil:
		return false, "It returned no error where there is one.", nil
	case want.err != nil && !slices.Equal(got.is, want.is):
		return false, "It returned another error than it should.", nil
	case want.panic != "" && got.panic == "":
		return false, "It returned where it should panic.", nil
	case want.err != nil || want.panic != "" || compare == "none":
		return true, "", nil
	}
	same, err := sameValue(compare, got.value, want.value, args)
	return same, "The answer is not right.", err
}

func sameValue(compare string, got, want any, args []any) (bool, error) {
	text, approx := strings.CutPrefix(compare, "approx:")
	switch {
	case approx:
		eps, err := strconv.ParseFloat(text, 64)
		return err == nil && within(got, want, eps), err
	case compare == "unordered":
		return sameItems(got, want), nil
	}
	return equal(got, want), nil
}

// equal compares JSON values; numbers by value, so that 1 and 1.0 are equal.
func equal(a, b any) bool { return within(a, b, 0) }

func within(a, b any, eps float64) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a, b, eps)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, func(x, y any) bool { return within(x, y, eps) })
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && sameFields(a, b, eps)
	}
	return a == b
}

func sameFields(a, b map[string]any, eps float64) bool {
	for key, v := range a {
		other, found := b[key]
		if !found || !within(v, other, eps) {
			return false
		}
	}
	return len(a) == len(b)
}

func sameNumber(a, b json.Number, eps float64) bool {
	if a == b {
		return true
	}
	if eps == 0 && isWhole(a) && isWhole(b) {
		return false // as float64 two large whole numbers might look equal
	}
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && math.Abs(x-y) <= eps
}

func isWhole(n json.Number) bool { return !strings.ContainsAny(string(n), ".eE") }

// sameItems compares two lists as multisets.
func sameItems(a, b any) bool {
	x, okX := a.([]any)
	y, okY := b.([]any)
	if !okX || !okY || len(x) != len(y) {
		return false
	}
	return slices.Equal(sortedText(x), sortedText(y))
}

func sortedText(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = oneLine(v)
	}
	slices.Sort(out)
	return out
}

// holds evaluates the rule of a call check over both answers.
func holds(rule *exercises.Rule, got, want any, args []any) (bool, error) {
	env := map[string]any{"got": loose(got), "want": loose(want), "args": loose(args)}
	for _, c := range rule.Clauses {
		v, err := c.Value(env)
		if err != nil {
			return false, err
		}
		if v != true {
			return false, nil
		}
	}
	return true, nil
}

// loose turns JSON values into what rules count with.
func loose(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case int:
		return float64(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = loose(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key := range v {
			out[key] = loose(v[key])
		}
		return out
	}
	return v
}
