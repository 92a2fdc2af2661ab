package jail

import (
	"embed"
	"path"
	"strings"
	"sync/atomic"
)

//go:embed reexec/*.go
var reexecFiles embed.FS

// ChildPath is the import path of the package that a child of a jail is made
// of.
const ChildPath = "course/tutor/sandbox/jail/reexec"

// ChildSource is the text of that package, by file name, for every system. It
// needs nothing beyond the standard library.
func ChildSource() (map[string][]byte, error) {
	entries, err := reexecFiles.ReadDir("reexec")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		if files[e.Name()], err = reexecFiles.ReadFile(path.Join("reexec", e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// childExe is the binary that children are started from; nil: our own.
var childExe atomic.Pointer[string]

// UseChild has children started from a binary that holds the package of
// ChildSource and nothing else. Starting our own takes two to four times as
// long, since the runtime of Go looks at all that a binary holds. When it is
// gone, our own is used again.
func UseChild(exe string) {
	if now := childExe.Load(); now == nil || *now != exe {
		childExe.Store(&exe)
	}
}
