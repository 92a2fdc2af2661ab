package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// binaries keeps linked programs by a hash of everything that went into them,
// so that a program that did not change is not built again. An entry is a
// function of the exact bytes of its program: nobody can put anything into
// the entry of a program that they do not have.
type binaries struct {
	dir  string
	most int64 // bytes

	mu      sync.Mutex
	pending map[string]chan struct{} // full while a program is being built
	inUse   map[string]int
	since   int64 // bytes added since the last sweep
}

func openBinaries(dir string, most int64) (*binaries, error) {
	b := &binaries{dir: dir, most: most, pending: map[string]chan struct{}{}, inUse: map[string]int{}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, b.trouble(fmt.Errorf("make the cache of programs: %w", err))
	}
	b.sweep(most)
	return b, nil
}

// lock makes others who want the same program wait for it to be built once. The
// error is the context's.
func (b *binaries) lock(ctx context.Context, key string) (unlock func(), err error) {
	b.mu.Lock()
	building := b.pending[key]
	if building == nil {
		building = make(chan struct{}, 1)
		b.pending[key] = building
	}
	b.inUse[key]++
	b.mu.Unlock()
	select {
	case building <- struct{}{}:
		return func() {
			<-building
			b.release(key)
		}, nil
	case <-ctx.Done():
		b.release(key)
		return nil, ctx.Err()
	}
}

// hold keeps a program from being swept away until release.
func (b *binaries) hold(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inUse[key]++
}

func (b *binaries) release(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.inUse[key]--; b.inUse[key] == 0 {
		delete(b.inUse, key)
		delete(b.pending, key)
	}
}

func (b *binaries) path(key string) string { return filepath.Join(b.dir, key) }

// has says whether a program is there, and notes that it was just wanted.
func (b *binaries) has(key string) state {
	is := b.look(key)
	if is == whole {
		now := time.Now()
		_ = os.Chtimes(b.path(key), now, now) // where nothing can be written, nothing is swept either
	}
	return is
}

// there says whether a program is there, and changes nothing.
func (b *binaries) there(key string) bool {
	_, err := os.Stat(b.path(key))
	return err == nil
}

// unwanted lets a program be the first that is swept away: it was made for a
// text that has changed since, and nobody ran it.
func (b *binaries) unwanted(key string) {
	_ = os.Chtimes(b.path(key), time.Time{}, time.Unix(0, 0)) // one that is gone is as well
}

// create opens a file for a program that is being built; commit or discard
// ends that.
func (b *binaries) create() (*os.File, error) {
	// Somebody may have removed the folder, as tutor clean does.
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return nil, fmt.Errorf("write to the cache of programs: %w", err)
	}
	f, err := os.CreateTemp(b.dir, "new-*")
	if err != nil {
		return nil, fmt.Errorf("write to the cache of programs: %w", err)
	}
	return f, nil
}

// commit keeps a program under its key. The file is closed, and gone when it
// could not be kept.
func (b *binaries) commit(f *os.File, key string) error {
	size, err := b.put(f, key)
	if err != nil {
		b.discard(f)
		return fmt.Errorf("keep a program in the cache: %w", err)
	}
	b.mu.Lock()
	b.since += size
	full := b.since > b.most/8
	b.mu.Unlock()
	if full {
		b.sweep(b.most)
	}
	return nil
}

// put writes the sum of a program first: one without it counts for nothing.
func (b *binaries) put(f *os.File, key string) (size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	sum, err := sumOf(f)
	if err == nil {
		err = f.Chmod(0o755)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return 0, err
	}
	if b.name(f, key, sum) != nil {
		_ = b.drop(key) // a folder that somebody made there
		err = b.name(f, key, sum)
	}
	return info.Size(), err
}

// name gives a program its name, and writes its sum beside it.
func (b *binaries) name(f *os.File, key, sum string) error {
	if err := os.WriteFile(b.path(key)+sumSuffix, []byte(sum), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), b.path(key))
}

func (b *binaries) discard(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}

// sweep removes what was wanted longest ago until the rest takes at most so
// many bytes, and what a crash left half-written. Another tutor may be about
// to start a program, so recent ones stay: those of the last minute by a clock
// that may have been set since, forwards or backwards.
func (b *binaries) sweep(most int64) {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return
	}
	var infos []os.FileInfo
	var total int64
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			infos = append(infos, info)
			total += info.Size()
		}
	}
	slices.SortFunc(infos, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.since = 0
	for _, info := range infos {
		name := info.Name()
		if b.inUse[strings.TrimSuffix(name, sumSuffix)] > 0 || time.Since(info.ModTime()).Abs() < time.Minute {
			continue
		}
		switch {
		case !isProgram(name):
			if b.orphan(name) {
				os.Remove(b.path(name))
			}
		case total > most && b.drop(name) == nil:
			total -= info.Size()
		}
	}
}

// orphan says whether a file that is no program is of no use any more.
func (b *binaries) orphan(name string) bool {
	program, isSum := strings.CutSuffix(name, sumSuffix)
	if !isSum {
		return true
	}
	_, err := os.Lstat(b.path(program))
	return errors.Is(err, fs.ErrNotExist)
}
