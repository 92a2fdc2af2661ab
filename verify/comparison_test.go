package verify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"course/tutor/verify"
)

// The book's own comparison is true, and one that relies on a sentence which
// its two runs do not give is told.
func TestComparison(t *testing.T) {
	const section = "03-scheduler/01-internals.md"
	for _, c := range []struct{ says, want string }{
		{"says=parallel,locks", ""},
		{"says=parallel,leak", `content/03-scheduler/01-internals.md:LINE: compare: the recorded runs of convoy and apart give no sentence of the rule "leak"`},
	} {
		s := &sample{t, t.TempDir()}
		if err := os.CopyFS(filepath.Join(s.dir, "content"), os.DirFS("../content")); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(s.dir, "exercises"), os.DirFS("../exercises")); err != nil {
			t.Fatal(err)
		}
		s.replace("content/"+section, "says=parallel,locks", c.says)
		var told []string
		for _, p := range s.verify(s.config(), verify.Options{Paths: []string{"content/" + section}}) {
			if p.Rule == "compare" {
				told = append(told, p.String())
			}
		}
		if c.want == "" && len(told) > 0 || c.want != "" && (len(told) != 1 || !strings.Contains(told[0], c.want[strings.Index(c.want, "LINE")+4:])) {
			t.Errorf("%s: told %q, want %q", c.says, told, c.want)
		}
	}
}
