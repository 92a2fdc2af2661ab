package site

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Whatever is sent, the answer is one of ours and no fault.
func FuzzRunBody(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"files":[{"name":"a.go","content":"x"}]}`, `{"files":[{"name":"../x"}],"limits":{"wall":-1}}`, "\xff", "[", `{"key":"cell:start/hello","files":[{"name":"a.go"}],"trace":null}`} {
		f.Add(seed)
	}
	w := newWorld(f, nil)
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/api/runs", "/api/format", "/api/exercises/01-01/checks"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			r.Host = w.site.Addr
			r.Header.Set("Authorization", "Bearer "+testToken)
			r.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			w.site.ServeHTTP(rec, r)
			if rec.Code >= 500 || !json.Valid(rec.Body.Bytes()) {
				t.Errorf("%s %q: %d %s", path, body, rec.Code, rec.Body)
			}
		}
	})
}

// A crowd is answered: each with its result or with 429, and nothing is left
// of it (S06).
func TestCrowd(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Busy = 8 })
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[int]int{}
	for range 20 {
		wg.Go(func() {
			for range 25 {
				a, err := w.send(t.Context(), http.MethodPost, "/api/runs", `{"files":[{"name":"a.go","content":"x"}]}`,
					"Authorization: Bearer "+testToken, "Content-Type: application/json")
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				codes[a.code]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if codes[200]+codes[429] != 500 || codes[200] < 25 {
		t.Errorf("answers by status: %v, want 500 of 200 and 429", codes)
	}
	if n := w.site.live.count(); n != 0 {
		t.Errorf("%d runs are still counted as live", n)
	}
}
