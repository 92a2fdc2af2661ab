package content

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

var githubHTML = regexp.MustCompile(`^(?:</?(?:details|summary|kbd|sub|sup)>|<br ?/?>|<!--.*?-->|[^<])*$`)

// Ensure that every page of the course reads on GitHub: fences begin with a
// language it highlights, HTML is what it lets through, and links and pictures
// lead to files that are there.
func TestReadsOnGitHub(t *testing.T) {
	err := fs.WalkDir(FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".md" {
			return err
		}
		src, err := fs.ReadFile(FS(), name)
		if err == nil {
			_, body, _, _ := cutHeader(src)
			onGitHub(t, name, body)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func onGitHub(t *testing.T, name string, src []byte) {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))
	err := ast.Walk(md.Parser().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			if lang := string(n.Language(src)); !slices.Contains(languages(), lang) {
				t.Errorf("%s: a fence of %q", name, lang)
			}
		case *ast.HTMLBlock:
			if s := string(n.Lines().Value(src)); !githubHTML.MatchString(strings.ReplaceAll(s, "\n", " ")) {
				t.Errorf("%s: HTML %q", name, s)
			}
		case *ast.Link:
			fileThere(t, name, string(n.Destination))
		case *ast.Image:
			fileThere(t, name, string(n.Destination))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fileThere(t *testing.T, page, dest string) {
	t.Helper()
	file, _, _ := strings.Cut(dest, "#")
	if file == "" || scheme.MatchString(dest) {
		return
	}
	if _, err := os.Stat(filepath.Join(path.Dir(page), filepath.FromSlash(file))); err != nil {
		t.Errorf("%s: %v", page, err)
	}
}
