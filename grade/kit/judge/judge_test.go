package judge

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestServe(t *testing.T) {
	in := `{"seed":"s"}
{"n":1,"learner":{"ok":3,"cpu_ms":1},"reference":{"ok":4,"cpu_ms":1}}
{"n":2,"learner":{"none":"died"},"reference":{"error":"x","is":["io.EOF"]}}
`
	var out bytes.Buffer
	err := serve(strings.NewReader(in), &out, func(j *J) {
		mine, theirs := j.Call(500*time.Millisecond, "Sum", 1, 2)
		var a, b int
		if !mine.Read(&a) || !theirs.Read(&b) || a != 3 || b != 4 {
			t.Errorf("read %d and %d", a, b)
		}
		j.Find(Finding{Check: "sum", Case: "1+2", Pass: a == b, Expected: theirs.Text(), Got: mine.Text(), Message: "no"})
		mine, theirs = j.Call(time.Second, "Next")
		if mine.Text() != "no answer: died" || theirs.Text() != "error: x" || theirs.Is[0] != "io.EOF" {
			t.Errorf("got %q and %q", mine.Text(), theirs.Text())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"args":[1,2],"call":"Sum","n":1,"timeout_ms":500}
{"check":"sum","case":"1+2","pass":false,"expected":"4","got":"3","message":"no"}
{"args":[],"call":"Next","n":2,"timeout_ms":1000}
{"done":true}
`
	if out.String() != want {
		t.Errorf("wrote\n%s\nwant\n%s", out.String(), want)
	}
}

// A conversation that breaks off ends without done.
func TestServeBreaks(t *testing.T) {
	for _, in := range []string{"", `{"seed":"s"}` + "\n", `{"seed":"s"}` + "\n" + `{"n":7}` + "\n"} {
		var out bytes.Buffer
		err := serve(strings.NewReader(in), &out, func(j *J) { j.Call(time.Second, "Sum") })
		if err == nil || strings.Contains(out.String(), "done") {
			t.Errorf("after %q: %v, %s", in, err, out.String())
		}
	}
}

// The same seed gives the same chance.
func TestRand(t *testing.T) {
	draw := func(seed string) (n uint64) {
		var out bytes.Buffer
		if err := serve(strings.NewReader(`{"seed":"`+seed+`"}`+"\n"), &out, func(j *J) { n = j.Rand.Uint64() }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if first, again := draw("a"), draw("a"); first != again || first == draw("b") {
		t.Error("chance does not follow the seed")
	}
}
