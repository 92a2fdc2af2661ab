package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for _, name := range []string{"app.js", "editor.js", "trace.js", "theme.js", "tutor.css", "favicon.svg", "licences.txt", "tutor-text.woff2", "tutor-text-italic.woff2", "tutor-code.woff2"} {
		if _, err := fs.Stat(FS(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if url := URL(name); !regexp.MustCompile(`^/static/` + regexp.QuoteMeta(name) + `\?v=[0-9a-f]{10}$`).MatchString(url) {
			t.Errorf("URL(%q) = %q", name, url)
		}
	}
	if got := URL("nothing.js"); got != "/static/nothing.js" {
		t.Errorf("a name that is not there has the URL %q", got)
	}
}

// TestFontURLs proves that the style sheet names the fonts by the URL a page
// preloads them by: another query would fetch them twice.
func TestFontURLs(t *testing.T) {
	css := read(t, "tutor.css")
	fonts := regexp.MustCompile(`url\("?([^)"]+)"?\)`).FindAllSubmatch(css, -1)
	if len(fonts) == 0 {
		t.Fatal("the style sheet names no font")
	}
	for _, m := range fonts {
		rel := string(m[1])
		if strings.HasPrefix(rel, "#") {
			continue
		}
		if name, _, _ := strings.Cut(rel, "?"); "/static/"+rel != URL(name) {
			t.Errorf("the style sheet names %s, its URL is %s", rel, URL(name))
		}
	}
}

// TestSources fails when a source was changed and the bundles were not made
// anew. That the bundles are what the sources give is proven by
// `go run ./static/build -check`, which needs npm's packages.
func TestSources(t *testing.T) {
	recorded := make(map[string]string)
	for line := range strings.Lines(string(read(t, "sources.txt"))) {
		hash, name, found := strings.Cut(strings.TrimSpace(line), "  ")
		if !found {
			t.Fatalf("sources.txt: bad line %q", line)
		}
		recorded[name] = hash
	}
	for _, root := range []string{"css", "fonts", "img", "src", "package-lock.json"} {
		err := fs.WalkDir(os.DirFS("."), root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(data)
			if recorded[name] != hex.EncodeToString(sum[:]) {
				t.Errorf("%s changed since the bundles were built: run `go run ./static/build`", name)
			}
			delete(recorded, name)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range recorded {
		t.Errorf("%s is gone since the bundles were built: run `go run ./static/build`", name)
	}
}

// TestBudgets holds the sizes on the wire, in KiB gzipped.
func TestBudgets(t *testing.T) {
	budgets := []struct {
		what  string
		names []string
		limit int
	}{
		{"the editor, loaded on first use", []string{"editor.js"}, 150},
		{"other scripts of a page", []string{"app.js", "theme.js"}, 15},
		{"styles", []string{"tutor.css"}, 20},
	}
	for _, b := range budgets {
		size := 0
		for _, name := range b.names {
			size += gzipped(t, read(t, name))
		}
		if size > b.limit<<10 {
			t.Errorf("%s: %d bytes gzipped, at most %d KiB", b.what, size, b.limit)
		}
	}
	fonts := 0
	for _, name := range []string{"tutor-text.woff2", "tutor-text-italic.woff2", "tutor-code.woff2"} {
		fonts += len(read(t, name))
	}
	if fonts > 60<<10 {
		t.Errorf("fonts: %d bytes, at most 60 KiB", fonts)
	}
}

// TestLock keeps registry addresses out of the lock file: npm adds the one
// it is set to use.
func TestLock(t *testing.T) {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lock, []byte(`"resolved"`)) {
		t.Error("package-lock.json has resolved addresses: npm install --omit-lockfile-registry-resolved")
	}
	if !bytes.Contains(lock, []byte(`"integrity"`)) {
		t.Error("package-lock.json has no integrity hashes")
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(FS(), path.Clean(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func gzipped(t *testing.T, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}
