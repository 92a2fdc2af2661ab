package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// library is the standard library of one set, compiled once and kept in a
// folder of ours, so that a cleaned build cache does not break us and a build
// jail needs to see nothing else.
//
//	DATA/toolchain/go1.26.8-linux-amd64-HASH/
//	  std/fmt.a ...        archives, those of the harness too
//	  manifest.json        what there is and what learners may import; written last
//	DATA/toolchain/go1.26.8-linux-amd64-race-HASH/ ...
type library struct {
	dir     string
	home    string // of the plain set of the same Go, in which the linker is kept
	checked checkedLinker
	tool    *goTool
	set     *set

	mu      sync.Mutex
	has     manifest
	done    int // packages compiled so far, of total
	total   int
	err     error         // why preparing has stopped
	changed chan struct{} // closed and replaced at every change
}

// manifest says what a library holds.
type manifest struct {
	Go       string         `json:"go"`
	Complete bool           `json:"complete"`
	Public   []string       `json:"public"` // what learners may import
	All      []string       `json:"all"`
	Net      []string       `json:"net"` // those of them with which a program can reach a network
	Debug    []debugSetting `json:"debug"`
	Bytes    int64          `json:"bytes"`
	// Shared are the loader and the libraries of the host that programs need,
	// by absolute path; none where programs are static.
	Shared []string `json:"shared,omitempty"`

	public  map[string]bool
	net     map[string]bool
	modules bool // those of the modules are among them
}

// first is what is compiled before anything else: what the listings of a
// course about concurrency import.
var first = []string{
	"bufio", "bytes", "cmp", "container/heap", "context", "errors", "fmt", "io", "iter", "log", "maps", "math",
	"math/rand", "math/rand/v2", "os", "runtime", "runtime/debug", "runtime/pprof", "runtime/trace", "slices", "sort", "strconv",
	"strings", "sync", "sync/atomic", "time", "unicode", "unicode/utf8",
}

// inside is where the folder of the library is seen in a build jail.
const inside = "/library"

// openLibrary looks at what is there; it compiles nothing.
func openLibrary(data string, tool *goTool, s *set) (*library, error) {
	dir, err := libraryDir(data, tool, s)
	if err != nil {
		return nil, err
	}
	home, err := libraryDir(data, tool, plainSet)
	if err != nil {
		return nil, err
	}
	l := &library{dir: dir, home: home, tool: tool, set: s, changed: make(chan struct{})}
	if err := os.MkdirAll(filepath.Join(l.dir, "std"), 0o755); err != nil {
		return nil, trouble("the standard library cannot be prepared", l.dir, fmt.Errorf("make its folder: %w", err))
	}
	return l, l.reload()
}

// libraryDir is where the library of a set is kept.
func libraryDir(data string, tool *goTool, s *set) (string, error) {
	text, err := harnessText()
	if err != nil {
		return "", fmt.Errorf("read the harness: %w", err)
	}
	parts := []string{plain(tool.Version), tool.GOOS, tool.GOARCH}
	if s.name != "" {
		parts = append(parts, s.name)
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{"2", tool.Version, tool.Root, string(text), s.change.new}, s.buildFlags()...), "\x00")))
	return filepath.Join(data, "toolchain", strings.Join(append(parts, hex.EncodeToString(sum[:6])), "-")), nil
}

// plain makes a version fit for a file name.
func plain(version string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, version)
}

// reload reads the manifest, if there is one.
func (l *library) reload() error {
	m, err := readManifest(l.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errDamaged):
		return nil // it is written anew
	case err != nil:
		return fmt.Errorf("read the manifest of the standard library: %w", err)
	}
	l.update(func() { l.has = m })
	return nil
}

func readManifest(dir string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return m, err
	}
	if json.Unmarshal(text, &m) != nil {
		return manifest{}, errDamaged
	}
	m.index()
	return m, nil
}

func (m *manifest) index() {
	m.public = make(map[string]bool, len(m.Public))
	for _, p := range m.Public {
		m.public[p] = true
	}
	m.net = make(map[string]bool, len(m.Net))
	for _, p := range m.Net {
		m.net[p] = true
	}
}

// networks says whether a program can reach a network: whether any of its
// packages imports what can, or what makes system calls of any kind.
func (m *manifest) networks(packages []inspected) bool {
	for _, p := range packages {
		for path := range p.imports {
			if m.net[path] || path == "syscall" {
				return true
			}
		}
	}
	return false
}

// update changes the state under the lock and wakes who waits for it.
func (l *library) update(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.changed)
	l.changed = make(chan struct{})
}

// state is a moment's view.
func (l *library) state() (has manifest, done, total int, changed <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.has, l.done, l.total, l.changed, l.err
}

// await waits until every import is compiled, or everything is, so that one
// which is not there does not exist. It tells how far preparing has come.
func (l *library) await(ctx context.Context, imports []string, progress func(done, total int)) (manifest, error) {
	for {
		has, done, total, changed, err := l.state()
		if has.covers(imports) {
			return has, nil
		}
		if err != nil {
			return has, err
		}
		if has.Complete { // what is missing are the modules
			if err := (&modulesBuild{library: l, progress: progress}).prepare(ctx); err != nil {
				return has, err
			}
			continue
		}
		progress(done, total)
		select {
		case <-changed:
		case <-ctx.Done():
			return has, ctx.Err()
		}
	}
}

// covers says whether a program with these imports can be built now.
func (m *manifest) covers(imports []string) bool {
	if !m.modules && anyVendored(imports) {
		return false
	}
	if m.Complete {
		return true
	}
	for _, p := range imports {
		if p != "unsafe" && !m.public[p] {
			return false
		}
	}
	return len(m.All) > 0
}

// usable says whether the library can still be built with: its Go is in
// place, preparing did not fail, and nobody removed it.
func (l *library) usable() bool {
	has, _, _, _, err := l.state()
	if err != nil || !l.tool.current() {
		return false
	}
	if len(has.All) == 0 {
		return true // it is still being prepared
	}
	_, err = os.Stat(filepath.Join(l.dir, "manifest.json"))
	return err == nil
}

// spoil forgets what of the library is no longer there: the modules, or all
// of it. What somebody has made again meanwhile is there.
func (l *library) spoil() {
	has, _, _, _, _ := l.state()
	gone := slices.DeleteFunc(slices.Clone(has.All), func(path string) bool {
		_, err := os.Stat(l.archive(path))
		return err == nil
	})
	if anyVendored(gone) {
		_ = os.Remove(l.modulesManifest()) // that it is gone already is just as well
		l.update(func() { l.has = l.has.withoutModules() })
	}
	if slices.ContainsFunc(gone, func(path string) bool { return vendored(path) == nil }) {
		_ = os.Remove(filepath.Join(l.dir, "manifest.json"))
	}
}
