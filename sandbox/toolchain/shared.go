package toolchain

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// findShared copies what the linker needs of the C compiler, links a program
// that does nothing, and notes what of the host that program needs to run. No
// byte of it is a learner's, so it needs no jail.
func (l *library) findShared(ctx context.Context, m *manifest) error {
	if err := l.copyLibgcc(ctx); err != nil {
		return err
	}
	program, err := l.linkNothing(ctx, m.All)
	if err != nil {
		return err
	}
	m.Shared, err = sharedFiles(program)
	return err
}

func (l *library) copyLibgcc(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, cCompiler(), "--print-libgcc-file-name")
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("ask the C compiler for libgcc: %w", err)
	}
	if err := copyFile(filepath.Join(l.dir, libgcc), strings.TrimSpace(string(out))); err != nil {
		return fmt.Errorf("copy libgcc: %w", err)
	}
	return nil
}

// linkNothing compiles and links the smallest program there is.
func (l *library) linkNothing(ctx context.Context, available []string) (string, error) {
	dir := filepath.Join(l.work(), "nothing")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	source, object, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "main.a"), filepath.Join(dir, "program")
	config := filepath.Join(dir, "importcfg")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return "", err
	}
	if err := os.WriteFile(config, importConfig(available, filepath.ToSlash(l.dir)), 0o644); err != nil {
		return "", err
	}
	compile := append([]string{"-o", object, "-p", "main", "-importcfg", config, "-pack"}, l.set.compile...)
	link := []string{"-o", program, "-buildmode=exe", "-s", "-w", "-importcfg", config}
	for _, flag := range l.set.link {
		link = append(link, strings.ReplaceAll(flag, inside+"/", filepath.ToSlash(l.dir)+"/"))
	}
	for _, step := range []struct {
		tool string
		args []string
	}{{"compile", append(compile, source)}, {"link", append(link, object)}} {
		cmd := exec.CommandContext(ctx, l.tool.tool(step.tool), step.args...)
		cmd.Env = cleanEnv("")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s a first program: %w: %s", step.tool, err, out)
		}
	}
	return program, nil
}

// sharedFiles are the loader that a program names and the libraries that it
// imports, where the loader would find them.
func sharedFiles(program string) ([]string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, fmt.Errorf("read a linked program: %w", err)
	}
	defer f.Close()
	loader := ""
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		name := make([]byte, p.Filesz)
		if _, err := p.ReadAt(name, 0); err != nil {
			return nil, fmt.Errorf("read the loader of a program: %w", err)
		}
		loader = strings.TrimRight(string(name), "\x00")
	}
	if loader == "" {
		return nil, nil
	}
	names, err := f.ImportedLibraries()
	if err != nil {
		return nil, fmt.Errorf("read the libraries of a program: %w", err)
	}
	files := []string{loader}
	for _, name := range names {
		file, err := findLibrary(loader, name)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// findLibrary looks where the loader looks without being told.
func findLibrary(loader, name string) (string, error) {
	dirs := []string{filepath.Dir(loader)}
	if real, err := filepath.EvalSymlinks(loader); err == nil {
		dirs = append(dirs, "/lib/"+filepath.Base(filepath.Dir(real)), filepath.Dir(real))
	}
	for _, dir := range append(dirs, "/lib64", "/usr/lib64", "/lib", "/usr/lib") {
		file := filepath.Join(dir, name)
		_, err := os.Stat(file)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("look for %s: %w", name, err)
		}
	}
	return "", fmt.Errorf("%s, which programs with the race detector need, is not where the loader %s looks", name, loader)
}
