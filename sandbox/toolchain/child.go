package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"course/tutor/sandbox/jail"
)

// useChild has jails begun from a small binary, when it was made before; see
// jail.UseChild. It says whether that is so.
func (l *library) useChild() bool {
	if l.tool.GOOS != "linux" {
		return true // there is no jail
	}
	exe, err := l.childExe()
	if err != nil {
		return false
	}
	if _, err := os.Stat(exe); err != nil {
		return false
	}
	jail.UseChild(exe)
	return true
}

// childExe is where that binary is kept, by what it is made of.
func (l *library) childExe() (string, error) {
	source, err := jail.ChildSource()
	if err != nil {
		return "", fmt.Errorf("read the source of the jail: %w", err)
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(source)) {
		fmt.Fprintf(sum, "%s %d\n%s", name, len(source[name]), source[name])
	}
	return filepath.Join(l.dir, "child-"+hex.EncodeToString(sum.Sum(nil)[:6])), nil
}

// makeChild makes the binary once the standard library is complete. No byte of
// it is a learner's, so it needs no jail. That it cannot be made is no fault
// that anybody would notice: jails are begun from our own binary.
func (l *library) makeChild(ctx context.Context) error {
	if has, _, _, _, _ := l.state(); !has.Complete {
		return nil
	}
	dir, err := os.MkdirTemp(l.dir, "making-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	exe, err := l.childExe()
	if err != nil {
		return err
	}
	if err := l.buildChild(ctx, dir); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, "child"), exe); err != nil {
		return err
	}
	jail.UseChild(exe)
	return nil
}

func (l *library) buildChild(ctx context.Context, dir string) error {
	source, err := jail.ChildSource()
	if err != nil {
		return err
	}
	has, _, _, _, _ := l.state()
	in := func(name string) string { return filepath.Join(dir, name) }
	config := string(importConfig(has.All, filepath.ToSlash(l.dir))) + "packagefile " + jail.ChildPath + "=" + filepath.ToSlash(in("reexec.a")) + "\n"
	texts := map[string][]byte{"importcfg": []byte(config),
		"main.go": []byte("package main\n\nimport _ \"" + jail.ChildPath + "\"\n\nfunc main() {}\n")}
	var files []string
	for name, text := range source {
		if included(name, text, l.tool.GOOS, l.tool.GOARCH) {
			texts["reexec_"+name] = text
			files = append(files, in("reexec_"+name))
		}
	}
	slices.Sort(files)
	for name, text := range texts {
		if err := os.WriteFile(in(name), text, 0o644); err != nil {
			return err
		}
	}
	compile := []string{"-importcfg", in("importcfg"), "-lang=" + language, "-trimpath", dir, "-dwarf=false", "-pack"}
	for _, step := range [][]string{
		slices.Concat([]string{"compile"}, compile, []string{"-p", jail.ChildPath, "-o", in("reexec.a")}, files),
		slices.Concat([]string{"compile"}, compile, []string{"-p", "main", "-o", in("main.a"), in("main.go")}),
		{"link", "-o", in("child"), "-buildmode=exe", "-s", "-w", "-importcfg", in("importcfg"), in("main.a")},
	} {
		cmd := exec.CommandContext(ctx, l.tool.tool(step[0]), step[1:]...)
		cmd.Env = cleanEnv("")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s the child of jails: %w: %s", step[0], err, out)
		}
	}
	return nil
}
