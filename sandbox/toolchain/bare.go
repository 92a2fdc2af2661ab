package toolchain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"course/tutor/sandbox"
)

// Command is one command of a build.
type Command struct {
	Exe  string
	Args []string // argv[0] included
}

// Bare writes the files of a build into a folder of the host and returns the
// commands that the jail would run there, and their environment: the same
// archives and flags, no jail, and the linker that Go comes with. It is what the cost of ours is compared
// with; a stranger's program must never be built like this.
func (e *Engine) Bare(ctx context.Context, files []sandbox.File, dir string) (commands []Command, env []string, err error) {
	l, err := e.standard(ctx)
	if err != nil {
		return nil, nil, err
	}
	packages, problems := inspectPart(sandbox.Part{Packages: []sandbox.Package{{Path: "main", Files: files}}}, nil, l.tool.GOOS, l.tool.GOARCH)
	has, err := l.await(ctx, standardImports(packages), func(int, int) {})
	if err != nil {
		return nil, nil, err
	}
	plan, more := arrange(packages, has)
	if len(problems)+len(more) > 0 {
		return nil, nil, errors.New("the program has mistakes")
	}
	s := newSteps(l, request{plan: plan})
	spec := s.spec(l)
	var names []string
	for _, b := range spec.Binds {
		if b.Host == l.linker() {
			b.Host = l.tool.tool("link")
		}
		names = append(names, b.Inside, b.Host)
	}
	for _, folder := range []string{"/src", "/tmp"} {
		names = append(names, folder+"/", dir+folder+"/")
		if err := os.MkdirAll(dir+folder, 0o755); err != nil {
			return nil, nil, err
		}
	}
	paths := strings.NewReplacer(names...)
	for _, f := range spec.Files {
		name, text := paths.Replace(f.Path), string(f.Data)
		if f.Paths {
			text = paths.Replace(text)
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return nil, nil, err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return nil, nil, err
		}
	}
	for _, step := range spec.Steps {
		c := Command{Exe: paths.Replace(step.Exe)}
		for _, a := range step.Args {
			c.Args = append(c.Args, paths.Replace(a))
		}
		commands = append(commands, c)
	}
	return commands, spec.Env, nil
}
