package site

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/page"
	"course/tutor/store/sqlite"
)

// openBook makes the site of the book itself, with a new store, as a process that
// starts does.
func openBook(b *testing.B) *Server {
	b.Helper()
	course, err := content.Load(content.FS())
	if err != nil {
		b.Fatal(err)
	}
	all, _, err := exercises.Load(exercises.FS())
	if err != nil {
		b.Fatal(err)
	}
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "tutor.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	renderer, err := page.New()
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Config{
		Course: course, Exercises: all, Runner: scripted(prints), Judge: judged(doubles), Analyse: parse, Profile: readProfile, Format: unformatted, Diagnose: undiagnosed,
		Store: store, Page: renderer, Token: testToken, Addr: "127.0.0.1:8080", Machine: func() Machine { return Machine{GoVersion: "go1.26.8"} },
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// get answers a page and says how long it is.
func get(b *testing.B, s *Server, path string) int {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = s.Addr
	r.Header.Set("Cookie", cookieName+"="+testToken)
	r.Header.Set("Accept", "text/html")
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		b.Fatalf("%s: %d", path, rec.Code)
	}
	return rec.Body.Len()
}

// BenchmarkFirstPage is everything between main and the first page: loading
// the course, opening a new store, parsing templates, answering.
func BenchmarkFirstPage(b *testing.B) {
	for b.Loop() {
		get(b, openBook(b), "/")
	}
}

// BenchmarkPage is a page of a server that runs.
func BenchmarkPage(b *testing.B) {
	s := openBook(b)
	for _, path := range []string{"/", "/chapters/scheduler", "/chapters/scheduler/internals", "/exercises/03-01"} {
		b.Run(path, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = get(b, s, path)
			}
			b.ReportMetric(float64(n)/1024, "KiB")
		})
	}
}
