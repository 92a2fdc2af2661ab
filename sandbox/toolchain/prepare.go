package toolchain

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// prepare compiles what is missing: first what most programs import, then the
// rest. One process at a time does it; others wait and find it done.
func (l *library) prepare(ctx context.Context) {
	err := l.prepareLocked(ctx)
	if err != nil && l.set.cgo && ctx.Err() == nil {
		// Half of a C compiler is the usual reason.
		err = &lackError{l.set, fmt.Sprintf("the %s could not be prepared, which needs a C compiler and the headers of the C library (Debian, Ubuntu: apt install gcc libc6-dev): %v", l.set.title, err)}
	}
	l.update(func() { l.err = trouble("the standard library cannot be prepared", l.dir, err) })
}

func (l *library) prepareLocked(ctx context.Context) error {
	if has, _, _, _, _ := l.state(); has.Complete {
		return nil
	}
	unlock, err := lockFile(ctx, l.dir+".lock")
	if err != nil {
		return fmt.Errorf("lock the standard library: %w", err)
	}
	defer unlock()
	if err := l.reload(); err != nil {
		return err
	}
	phases := l.set.phases()
	for i, packages := range phases {
		has, _, _, _, _ := l.state()
		complete := i == len(phases)-1
		if has.Complete || !complete && len(has.All) > 0 {
			continue
		}
		if err := l.phase(ctx, packages, complete); err != nil {
			return fmt.Errorf("compile the standard library: %w", err)
		}
	}
	return os.RemoveAll(l.work())
}

// work is the build cache of the go command while it compiles for us.
func (l *library) work() string { return l.dir + ".work" }

// phase has packages and all they need compiled, and makes them available.
func (l *library) phase(ctx context.Context, packages []string, complete bool) error {
	overlay, err := l.overlay()
	if err != nil {
		return err
	}
	names, err := l.list(ctx, packages)
	if err != nil {
		return err
	}
	l.update(func() { l.done, l.total = 0, len(names) })
	exports, err := l.export(ctx, overlay, packages)
	if err != nil {
		return err
	}
	m := manifest{Go: l.tool.Version, Complete: complete}
	for _, e := range exports {
		if err := l.take(e.path, e.file); err != nil {
			return err
		}
		m.All = append(m.All, e.path)
		if isPublic(e.path) {
			m.Public = append(m.Public, e.path)
		}
		if e.net {
			m.Net = append(m.Net, e.path)
		}
	}
	if m.Debug, err = debugSettings(l.tool.Root); err != nil {
		return err
	}
	return l.publish(ctx, m)
}

// overlay adds our files to packages of the standard library, and makes the
// change of the set.
func (l *library) overlay() (string, error) {
	if err := os.MkdirAll(l.work(), 0o755); err != nil {
		return "", err
	}
	replace := map[string]string{}
	for pkg, dir := range added {
		if err := l.addTo(replace, pkg, dir); err != nil {
			return "", err
		}
	}
	if c := l.set.change; c.file != "" {
		text, err := c.apply(l.tool.Root)
		if err != nil {
			return "", err
		}
		file := filepath.Join(l.work(), "changed_"+filepath.Base(c.file))
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return "", err
		}
		replace[filepath.Join(l.tool.Root, filepath.FromSlash(c.file))] = file
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(l.work(), "overlay.json")
	return overlay, os.WriteFile(overlay, data, 0o644)
}

// addTo writes our files for one package and notes where each stands in for a
// file of it.
func (l *library) addTo(replace map[string]string, pkg, dir string) error {
	files, err := harnessFS.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := harnessFS.ReadFile(dir + "/" + f.Name())
		if err != nil {
			return err
		}
		file := filepath.Join(l.work(), strings.ReplaceAll(pkg, "/", "_")+"_"+f.Name())
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
		replace[filepath.Join(l.tool.Root, "src", filepath.FromSlash(pkg), "tutor_"+f.Name())] = file
	}
	return nil
}

func (l *library) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, l.tool.Command, args...)
	cmd.Env = cleanEnv(filepath.Join(l.work(), "cache"))
	if l.set.cgo {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=1")
	}
	cmd.Dir = l.work() // no module of anybody's
	endTogether(cmd)
	return cmd
}

// list names packages and all they need.
func (l *library) list(ctx context.Context, packages []string) ([]string, error) {
	var stderr bytes.Buffer
	cmd := l.command(ctx, slices.Concat([]string{"list", "-deps"}, l.set.flags, packages)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list packages: %w: %s", err, stderr.Bytes())
	}
	return strings.Fields(string(out)), nil
}

// export is one compiled package.
type export struct {
	path, file string
	net        bool // it is net, or imports it
}

// exportFormat has the go command say what an export is.
const exportFormat = `{{if .Export}}{{.ImportPath}}{{"\t"}}{{.Export}}{{"\t"}}{{eq .ImportPath "net"}}{{range .Deps}}{{if eq . "net"}} true{{end}}{{end}}{{end}}`

// export compiles packages and all they need. The go command says the name of
// each one that it compiles, which is our progress.
func (l *library) export(ctx context.Context, overlay string, packages []string) ([]export, error) {
	args := []string{"list", "-export", "-deps", "-v", "-overlay=" + overlay, "-f", exportFormat}
	cmd := l.command(ctx, slices.Concat(args, l.set.buildFlags(), packages)...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lowPriority(cmd.Process.Pid)
	said := l.follow(stderr)
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said)
	}
	var list []export
	for line := range strings.Lines(stdout.String()) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			list = append(list, export{f[0], f[1], strings.Contains(f[2], "true")})
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the go command compiled nothing: %s", said)
	}
	return list, nil
}

// follow counts the packages named on r and returns the last lines that name
// none.
func (l *library) follow(r io.Reader) string {
	var said []string
	for scan := bufio.NewScanner(r); scan.Scan(); {
		line := scan.Text()
		if strings.ContainsAny(line, " \t:") {
			said = append(said, line)
			said = said[max(0, len(said)-10):]
			continue
		}
		l.update(func() { l.done = min(l.done+1, l.total) })
	}
	return strings.Join(said, "\n")
}

// archive is where the archive of a package is kept.
func (l *library) archive(path string) string {
	return filepath.Join(l.dir, folderOf(path), filepath.FromSlash(path)+".a")
}

// take makes file ours. It lies in a build cache of our own, which is removed
// in the end, so a second name for it is as good as a copy.
func (l *library) take(path, file string) error {
	to := l.archive(path)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	temp := to + ".new"
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	if err := os.Link(file, temp); err != nil {
		if err := copyFile(temp, file); err != nil {
			return err
		}
	}
	if err := os.Rename(temp, to); err != nil {
		return err
	}
	// Two names of one file, as of a package of the phase before, stay both.
	return os.RemoveAll(temp)
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// publish compiles the harness and, last, writes the manifest.
func (l *library) publish(ctx context.Context, m manifest) error {
	packages, err := harnessPackages(l.tool.GOOS, l.tool.GOARCH)
	if err != nil {
		return err
	}
	for _, p := range packages {
		if err := l.compileHarness(ctx, p, m.All); err != nil {
			return err
		}
		m.All = append(m.All, p.path)
	}
	if l.set.cgo {
		if err := l.findShared(ctx, &m); err != nil {
			return err
		}
	}
	for _, path := range m.All {
		if info, err := os.Stat(l.archive(path)); err == nil {
			m.Bytes += info.Size()
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := l.write("manifest.json", text); err != nil {
		return err
	}
	m.index()
	l.update(func() { l.has = m })
	return nil
}

// importConfig tells compiler and linker where packages are, below root.
func importConfig(paths []string, root string) []byte {
	var b bytes.Buffer
	for _, p := range paths {
		fmt.Fprintf(&b, "packagefile %s=%s/%s/%s.a\n", p, root, folderOf(p), p)
	}
	return b.Bytes()
}

// write replaces a file of the library as a whole.
func (l *library) write(name string, data []byte) error {
	temp := filepath.Join(l.dir, name+".new")
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(l.dir, name))
}

// compileHarness compiles a package of ours. No byte of it is a learner's, so
// it needs no jail.
func (l *library) compileHarness(ctx context.Context, p harnessPackage, available []string) error {
	dir := filepath.Join(l.work(), filepath.FromSlash(p.path))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(l.archive(p.path)), 0o755); err != nil {
		return err
	}
	config := filepath.Join(dir, "importcfg")
	if err := os.WriteFile(config, importConfig(available, filepath.ToSlash(l.dir)), 0o644); err != nil {
		return err
	}
	temp := l.archive(p.path) + ".new"
	args := []string{"-o", temp, "-p", p.path, "-lang=" + language, "-trimpath", dir + "=>" + p.path,
		"-dwarf=false", "-importcfg", config, "-pack"}
	for name, text := range p.files {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
		args = append(args, file)
	}
	slices.Sort(args[len(args)-len(p.files):])
	cmd := exec.CommandContext(ctx, l.tool.tool("compile"), args...)
	cmd.Env = cleanEnv("")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile %s: %w: %s", p.path, err, out)
	}
	return os.Rename(temp, l.archive(p.path))
}

// isPublic says whether a learner's program may import a package of the
// standard library.
func isPublic(path string) bool {
	if strings.HasPrefix(path, "vendor/") || path == "plugin" || path == "runtime/cgo" {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "internal" {
			return false
		}
	}
	return true
}
