package toolchain

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// Most of what a reader waits for is Go's linker, which is distributed as it is
// compiled without a profile. A server that has nothing to do compiles it once
// more from the sources of the Go that is installed, with a profile of linking
// small programs and with maps that are as large as they need to be, and uses
// that from then on. It makes the same programs, to the byte, or is not used.
//
//	DATA/toolchain/go1.26.8-linux-amd64-HASH/link-HASH
//	DATA/toolchain/go1.26.8-linux-amd64-HASH/link-HASH.sum   of its bytes, or why it is not used
//
// How much it saves is in docs/performance.md.

// linkProfile was taken with -cpuprofile of the linker itself, over 500 links of
// hello world and 100 of a net/http program, and merged by go tool pprof -proto.
//
//go:embed _linker/link.pgo
var linkProfile []byte

// linkerChanges are those to the sources: the maps of all symbols are made for
// 130,000 names at once, where hello world has 23,000 and a server 52,000, and
// most of the memory that the linker has to touch is empty room in them.
var linkerChanges = []change{
	{"src/cmd/link/internal/loader/loader.go",
		"\t\tsymsByName:           [2]map[string]Sym{make(map[string]Sym, 80000), make(map[string]Sym, 50000)}, // preallocate ~2MB for ABI0 and ~1MB for ABI1 symbols",
		"\t\tsymsByName:           [2]map[string]Sym{make(map[string]Sym), make(map[string]Sym)},"},
	{"src/cmd/link/internal/loader/loader.go",
		"\t// Index 0 is invalid for symbols.",
		`	names := 0
	for _, r := range l.objs[goObjStart:] {
		names += r.NNonpkgdef()
	}
	for version, n := range []int{names, names / 2} {
		sized := make(map[string]Sym, n)
		for name, sym := range l.symsByName[version] {
			sized[name] = sym
		}
		l.symsByName[version] = sized
	}
	// Index 0 is invalid for symbols.`},
}

// linker is what programs are linked with: the one that was compiled for it, if
// it is there and as it was made, or Go's own.
func (l *library) linker() string {
	ours := linkerPath(l.home, l.tool)
	if !l.checked.good(ours) {
		return l.tool.tool("link")
	}
	return ours
}

// checkedLinker remembers of which file the sum was right.
type checkedLinker struct {
	mu    sync.Mutex
	stamp fileStamp
}

// good says whether the linker is as it was made. It is read once, and again
// when it is another file.
func (c *checkedLinker) good(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 && runtime.GOOS != "windows" {
		return false
	}
	now := stampOf(path)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stamp == now {
		return true
	}
	want, err := os.ReadFile(path + ".sum")
	if err != nil {
		return false
	}
	data, err := os.ReadFile(path)
	if err != nil || linkerSum(data) != string(want) {
		return false
	}
	c.stamp = now
	return true
}

func linkerSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// unlike is what stands for the sum of a linker that makes other programs.
const unlike = "it makes other programs than the linker of Go"

// linkerPath is where it is kept, by what it is made of.
func linkerPath(home string, tool *goTool) string {
	sum := sha256.New()
	sum.Write(linkProfile)
	for _, c := range linkerChanges {
		fmt.Fprintf(sum, "%s\x00%s\x00", c.old, c.new)
	}
	name := "link-" + hex.EncodeToString(sum.Sum(nil)[:6])
	if tool.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(home, name)
}

// Tune compiles the linker once the standard library is complete, unless that is
// done. The error is no fault that anybody would notice: where the sources of
// this Go are not there, or not those it knows, programs are linked with Go's own.
func (e *Engine) Tune(ctx context.Context) error {
	l, err := e.standard(ctx)
	if err != nil {
		return err
	}
	if err := l.settle(ctx, func(int, int) {}); err != nil {
		return err
	}
	if has, _, _, _, err := l.state(); !has.Complete {
		return err
	}
	unlock, err := lockFile(ctx, l.dir+".link.lock")
	if err != nil {
		return fmt.Errorf("lock the linker: %w", err)
	}
	defer unlock()
	return (&linkerBuild{library: l, dir: l.dir + ".link"}).make(ctx)
}

// TuneIdle does so while there is nothing else to do: it is ended when something
// is to run, and begun again later, with what has been compiled by then. It
// returns when it is done or can't be, or when ctx or the engine ends.
func (e *Engine) TuneIdle(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(e.ctx, stop)()
	for e.awaitIdle(ctx, primeRest) {
		idle, busy := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			e.awaitWork(idle)
			busy()
		}()
		_ = e.Tune(idle) // without it everything works, only slower
		interrupted := idle.Err() != nil
		busy()
		<-done
		if !interrupted {
			return
		}
	}
}

// awaitWork waits until something runs, or ctx ends.
func (e *Engine) awaitWork(ctx context.Context) {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for e.lane.Idle() {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// linkerBuild is the compilation of a linker.
type linkerBuild struct {
	library *library
	dir     string // a folder of its own, with a build cache
}

func (b *linkerBuild) make(ctx context.Context) error {
	to := linkerPath(b.library.home, b.library.tool)
	if sum, err := os.ReadFile(to + ".sum"); err == nil && string(sum) == unlike || b.library.checked.good(to) {
		return os.RemoveAll(b.dir) // of one that was interrupted
	}
	err := b.replace(ctx, to)
	if ctx.Err() == nil {
		// What is done need not be done again, and of what failed nothing is of use.
		err = errors.Join(err, os.RemoveAll(b.dir))
	}
	return err
}

// replace makes the linker and puts it in its place.
func (b *linkerBuild) replace(ctx context.Context, to string) error {
	overlay, err := b.overlay()
	if err != nil {
		return fmt.Errorf("change the linker: %w", err)
	}
	made, err := b.compile(ctx, overlay)
	if err != nil {
		return fmt.Errorf("compile the linker: %w", err)
	}
	same, err := b.compare(ctx, made)
	if err != nil {
		return fmt.Errorf("try the linker: %w", err)
	}
	data, err := os.ReadFile(made)
	if err != nil {
		return err
	}
	sum := linkerSum(data)
	if !same {
		sum = unlike
	}
	if err := os.RemoveAll(to); err != nil { // it may be a folder
		return err
	}
	if err := os.Rename(made, to); err != nil {
		return err
	}
	return os.WriteFile(to+".sum", []byte(sum), 0o644)
}

func (b *linkerBuild) in(name string) string { return filepath.Join(b.dir, name) }

// overlay writes the changed sources and what tells the go command of them.
func (b *linkerBuild) overlay() (string, error) {
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return "", err
	}
	root := b.library.tool.Root
	texts := map[string][]byte{}
	for _, c := range linkerChanges {
		file := filepath.Join(root, filepath.FromSlash(c.file))
		if texts[file] == nil {
			text, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			texts[file] = text
		}
		text, err := c.of(texts[file])
		if err != nil {
			return "", err
		}
		texts[file] = text
	}
	replace := map[string]string{}
	for file, text := range texts {
		replace[file] = b.in("changed_" + filepath.Base(file))
		if err := os.WriteFile(replace[file], text, 0o644); err != nil {
			return "", err
		}
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return "", err
	}
	return b.in("overlay.json"), os.WriteFile(b.in("overlay.json"), data, 0o644)
}

func (b *linkerBuild) compile(ctx context.Context, overlay string) (string, error) {
	profile, made := b.in("link.pgo"), b.in("made")
	if err := os.WriteFile(profile, linkProfile, 0o644); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, b.library.tool.Command, "build", "-overlay="+overlay, "-pgo="+profile,
		"-trimpath", "-ldflags=-s -w", "-gcflags=all=-dwarf=false", "-o", made, "cmd/link")
	cmd.Env, cmd.Dir = cleanEnv(b.in("cache")), b.dir
	endTogether(cmd)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return "", err
	}
	lowPriority(cmd.Process.Pid)
	if err := cmd.Wait(); err != nil {
		return "", errors.Join(ctx.Err(), fmt.Errorf("%w: %s", err, said.Bytes()))
	}
	return made, nil
}

// compare links a program with Go's linker and with the one that was made, and
// says whether the same came of it.
func (b *linkerBuild) compare(ctx context.Context, made string) (bool, error) {
	l := b.library
	has, _, _, _, _ := l.state()
	if err := os.WriteFile(b.in("importcfg"), importConfig(has.All, filepath.ToSlash(l.dir)), 0o644); err != nil {
		return false, err
	}
	// Types, closures, maps, generics and a good part of the standard library.
	const program = "package main\n\nimport (\n\t\"encoding/json\"\n\t\"fmt\"\n\t\"net/http\"\n\t\"os\"\n)\n\n" +
		"func main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) {\n\t\t_ = json.NewEncoder(w).Encode(r.Header)\n\t})\n" +
		"\tfmt.Fprintln(os.Stderr, http.ListenAndServe(\":0\", nil))\n}\n"
	if err := os.WriteFile(b.in("main.go"), []byte(program), 0o644); err != nil {
		return false, err
	}
	run := func(exe string, args ...string) error {
		cmd := exec.CommandContext(ctx, exe, args...)
		cmd.Env, cmd.Dir = cleanEnv(""), b.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", filepath.Base(exe), err, out)
		}
		return nil
	}
	err := run(l.tool.tool("compile"), "-importcfg", "importcfg", "-lang="+language, "-p", "main", "-dwarf=false", "-pack", "-o", "main.a", "main.go")
	if err != nil {
		return false, err
	}
	var programs [2][]byte
	for i, exe := range []string{l.tool.tool("link"), made} {
		if err := run(exe, "-o", "program", "-buildmode=exe", "-s", "-w", "-importcfg", "importcfg", "main.a"); err != nil {
			return false, err
		}
		if programs[i], err = os.ReadFile(b.in("program")); err != nil {
			return false, err
		}
	}
	return bytes.Equal(programs[0], programs[1]), nil
}
