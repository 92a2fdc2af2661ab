package toolchain

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Beside each program lies the sum of its bytes, so that one that was damaged
// meanwhile is built again instead of being run. It guards against accidents:
// who can write to the folder can do anything.
const sumSuffix = ".sum"

// table is that of a sum which processors compute by themselves: reading a
// program takes longer.
var table = crc32.MakeTable(crc32.Castagnoli)

// sumOf reads a file from its beginning.
func sumOf(f *os.File) (string, error) {
	sum := crc32.New(table)
	n, err := io.Copy(sum, io.NewSectionReader(f, 0, 1<<62))
	return fmt.Sprintf("%d %08x\n", n, sum.Sum32()), err
}

// state is what became of a kept program.
type state int

const (
	absent state = iota
	whole
	damaged
)

// look says whether a program is there as it was written.
func (b *binaries) look(key string) state {
	info, err := os.Lstat(b.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return absent
	}
	if err != nil || !info.Mode().IsRegular() {
		return damaged
	}
	want, err := os.ReadFile(b.path(key) + sumSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return absent // as of a version of tutor that kept none
	}
	if err != nil {
		return damaged
	}
	f, err := os.Open(b.path(key))
	if err != nil {
		return damaged
	}
	defer f.Close()
	if got, err := sumOf(f); err != nil || got != string(want) {
		return damaged
	}
	return whole
}

// drop removes a program, whatever stands in its place.
func (b *binaries) drop(key string) error {
	// The sum goes first: without it a program counts for nothing.
	return errors.Join(os.RemoveAll(b.path(key)+sumSuffix), os.RemoveAll(b.path(key)))
}

// trouble tells the ways in which keeping a program fails that somebody can
// mend.
func (b *binaries) trouble(err error) error { return trouble("programs cannot be kept", b.dir, err) }

// isProgram says whether a name in the folder is that of a program which is
// there as a whole.
func isProgram(name string) bool {
	return !strings.HasPrefix(name, "new-") && !strings.HasSuffix(name, sumSuffix)
}
