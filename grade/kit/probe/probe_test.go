package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

type bad struct{}

func (bad) Error() string { panic("again") }

func TestServe(t *testing.T) {
	funcs := map[string]Func{
		"add":   func(a Args) (any, error) { return a.Int(0) + a.Int(1), nil },
		"eof":   func(Args) (any, error) { return nil, fmt.Errorf("read: %w", io.EOF) },
		"quiet": func(Args) (any, error) { return nil, errors.New("") },
		"panic": func(Args) (any, error) { panic("oh") },
		"worse": func(Args) (any, error) { panic(bad{}) },
		"huge":  func(Args) (any, error) { return strings.Repeat("x", MaxLine), nil },
		"chan":  func(Args) (any, error) { return make(chan int), nil },
		"echo":  func(a Args) (any, error) { return []any{a.String(0), a.Ints(1), a.Bool(2), a.MS(3).String()}, nil },
	}
	in := strings.Join([]string{
		`{"id":"1","call":"add","args":[2,3]}`,
		`{"id":"2","call":"eof","args":[]}`,
		`{"id":"3","call":"panic","args":[]}`,
		`{"id":"4","call":"worse","args":[]}`,
		`{"id":"5","call":"huge","args":[]}`,
		`{"id":"6","call":"chan","args":[]}`,
		`{"id":"7","call":"none","args":[]}`,
		`{"id":"8","call":"add","args":[2]}`,
		`{"id":"9","call":"echo","args":["a",[1,2],true,1.5]}`,
		`{"id":"10","call":"add","args":[{"tutor:nonce":"word"},4,5]}`,
		`{"id":"11","call":"quiet","args":[]}`,
	}, "\n") + "\n"
	want := []string{
		`{"id":"1","ok":5}`,
		`{"id":"2","error":"read: EOF","is":["io.EOF"]}`,
		`{"id":"3","panic":"oh"}`,
		`{"id":"4","panic":"%!v(PANIC=Error method: again)"}`,
		`{"id":"5","panic":"the answer has `,
		`{"id":"6","panic":"the answer has no JSON form`,
		`{"id":"7","panic":"the probe has no function`,
		`{"id":"8","panic":"the call has 1 arguments`,
		`{"id":"9","ok":["a",[1,2],true,"1.5ms"]}`,
		`{"id":"10","ok":9}`,
		`{"id":"11","error":""}`,
	}
	var out bytes.Buffer
	serve(strings.NewReader(in), &out, funcs, stdErrors())
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d replies, want %d:\n%s", len(got), len(want), out.String())
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("reply %d is %s, want %s", i, got[i], want[i])
		}
		if !json.Valid([]byte(got[i])) {
			t.Errorf("reply %d is no JSON: %s", i, got[i])
		}
	}
}

// A line that is too long or is no call ends the probe: what follows it cannot
// be trusted to begin where a line begins.
func TestServeEnds(t *testing.T) {
	for _, in := range []string{strings.Repeat("x", 2*MaxLine) + "\n", "nonsense\n", ""} {
		var out bytes.Buffer
		serve(strings.NewReader(in+`{"id":"1","call":"x","args":[]}`+"\n"), &out, nil, nil)
		if in != "" && out.Len() != 0 {
			t.Errorf("after %.20q it went on: %s", in, out.String())
		}
	}
}
