package sqlite

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"course/tutor/learner"
	"course/tutor/sandbox"
	"course/tutor/store/storetest"
)

func TestBehaviour(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (learner.Store, func() learner.Store) {
		path := filepath.Join(t.TempDir(), "new folder #1?", "tutor.db")
		s := open(t, path)
		return s, func() learner.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, path)
		}
	})
}

func TestOnlyItsOwnerReadsTheFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	path := filepath.Join(t.TempDir(), "data", "tutor.db")
	s := open(t, path)
	if _, err := s.PutDraft(t.Context(), learner.Draft{Key: "cell:a/b"}, 0); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Dir(path) + "/*")
	if err != nil || len(found) < 2 {
		t.Fatalf("files = %v, %v; want the file and its log", found, err)
	}
	for _, f := range found {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want mode 600", f, info.Mode(), err)
		}
	}
}

func TestPragmas(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tutor.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000"} {
		var got string
		if err := s.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", pragma, got, err, want)
		}
	}
}

func TestNewerFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tutor.db")
	s := open(t, path)
	if _, err := s.write.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer tutor") {
		t.Errorf("Open = %v, want a refusal that names the newer tutor", err)
	}
}

func TestNotADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tutor.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Open = %v, want an error that names the file", err)
	}
}

// Two processes that start together on a new folder both get a store.
func TestOpenedTwiceAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tutor.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := s.PutDraft(t.Context(), learner.Draft{Key: "cell:a/b"}, 0); err != nil {
				t.Error(err)
			}
			s.Close()
		})
	}
	wg.Wait()
}

// Beyond the newest ones, one version of each minute stays.
func TestHistoryKeepsOneAMinute(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tutor.db"))
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.now = func() time.Time { clock = clock.Add(15 * time.Second); return clock }
	for i := range 241 { // an hour
		d := learner.Draft{Key: "cell:a/b", Files: []sandbox.File{{Name: "a.go", Content: clock.String()}}}
		if _, err := s.PutDraft(t.Context(), d, i); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := s.History(t.Context(), "cell:a/b")
	if err != nil {
		t.Fatal(err)
	}
	if want := keepNewest + 55; len(kept) < want || len(kept) > want+1 {
		t.Errorf("%d versions of an hour are kept, want about %d", len(kept), want)
	}
	for i := 1; i < len(kept); i++ {
		if gap := kept[i-1].Updated.Sub(kept[i].Updated); gap > time.Minute+15*time.Second {
			t.Errorf("a gap of %v in the history", gap)
		}
	}
}

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
