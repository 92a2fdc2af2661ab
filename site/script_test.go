package site

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestScripts runs testdata/*.txt. A script is a list of requests and what is
// expected of their answers, against one server that starts empty:
//
//	# a comment
//	> PUT /api/drafts/cell:start/hello     a request
//	> Content-Type: application/json       its headers; $TOKEN and $HOST are replaced
//	> as script                            headers of a kind of sender: script, browser
//	> body bytes 100                       a body of so many bytes, or else
//	> body {"files":[]}                    the body, to the end of the line
//	< 400                                  the status
//	< Content-Type: application/json       a header, exactly
//	< no Access-Control-Allow-Origin       a header that is not there
//	< body has some text                   text in the body
//	< body lacks some text                 text that is not in it
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("scripts: %v, %v", scripts, err)
	}
	for _, name := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{w: newWorld(t, nil), t: t}
			for i, line := range strings.Split(string(data), "\n") {
				if err := s.line(line); err != nil {
					t.Errorf("%s:%d: %s: %v", name, i+1, line, err)
				}
			}
			s.finish(name)
		})
	}
}

// script is the state of one run of a script.
type script struct {
	t       *testing.T
	w       *world
	method  string
	path    string
	headers []string
	body    string
	sent    bool
	checks  int // of the request that was sent last
	got     answer
}

func (s *script) line(line string) error {
	line = strings.NewReplacer("$TOKEN", testToken, "$HOST", s.w.host).Replace(line)
	switch {
	case strings.TrimSpace(line) == "" || line[0] == '#':
		return nil
	case strings.HasPrefix(line, "> "):
		return s.request(line[2:])
	case strings.HasPrefix(line, "< "):
		if !s.sent {
			s.got, s.sent = s.w.do(s.method, s.path, s.body, s.headers...), true
		}
		s.checks++
		return s.expect(line[2:])
	}
	return fmt.Errorf("a line starts with >, < or #")
}

// request reads one line of a request; the first after an expectation begins
// another.
func (s *script) request(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	if s.sent || s.method == "" {
		*s = script{t: s.t, w: s.w, method: word, path: rest}
		return nil
	}
	switch {
	case word == "as" && rest == "script":
		s.headers = append(s.headers, "Authorization: Bearer "+testToken, "Content-Type: application/json")
	case word == "as" && rest == "browser":
		s.headers = append(s.headers, browser()...)
	case word == "body" && strings.HasPrefix(rest, "bytes "):
		n, err := strconv.Atoi(strings.TrimPrefix(rest, "bytes "))
		s.body = strings.Repeat("x", n)
		return err
	case word == "body":
		s.body = strings.NewReplacer(`\xff`, "\xff", "$64K", strings.Repeat("x", maxFile)).Replace(rest)
	default:
		s.headers = append(s.headers, line)
	}
	return nil
}

func (s *script) expect(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "body":
		verb, text, _ := strings.Cut(rest, " ")
		if has := strings.Contains(s.got.body, text); has != (verb == "has") {
			return fmt.Errorf("the body is %s", clip(s.got.body, 600))
		}
	case word == "no":
		if got := s.got.header.Get(rest); got != "" {
			return fmt.Errorf("it is %q", got)
		}
	case strings.HasSuffix(word, ":"):
		if got := s.got.header.Get(strings.TrimSuffix(word, ":")); got != rest {
			return fmt.Errorf("it is %q", got)
		}
	default:
		want, err := strconv.Atoi(word)
		if err != nil || http.StatusText(want) == "" {
			return fmt.Errorf("that is no status")
		}
		if s.got.code != want {
			return fmt.Errorf("it is %d: %s", s.got.code, clip(s.got.body, 600))
		}
	}
	return nil
}

// finish holds that the last request of a script was expected something of:
// one without would never have been sent.
func (s *script) finish(name string) {
	if !s.sent || s.checks == 0 {
		s.t.Errorf("%s ends with a request of which nothing is expected", name)
	}
}
