package grade

import (
	_ "embed"
	"runtime"

	"course/tutor/sandbox"
)

// Our code that is compiled into probes and judges, from below kit/.
var (
	//go:embed kit/probe/probe.go
	probeMain string
	//go:embed kit/probe/args.go
	probeArgs string
	//go:embed kit/probe/fd_unix.go
	probeUnix string
	//go:embed kit/probe/fd_other.go
	probeOther string
	//go:embed kit/judge/judge.go
	judgeMain string
)

// The import paths that compiled code sees.
const (
	learnerPath = "exercise"
	probePath   = "tutor/probe"
	judgePath   = "tutor/judge"
)

// probeKit is package tutor/probe for this system.
func probeKit() []sandbox.File {
	fd := sandbox.File{Name: "fd.go", Content: probeUnix}
	if runtime.GOOS == "windows" {
		fd.Content = probeOther
	}
	return []sandbox.File{{Name: "probe.go", Content: probeMain}, {Name: "args.go", Content: probeArgs}, fd}
}

// judgeKit is package tutor/judge.
func judgeKit() []sandbox.File {
	return []sandbox.File{{Name: "judge.go", Content: judgeMain}}
}

// Kit is all of our code that exercises' probes and judges are compiled with,
// by import path.
func Kit() map[string][]sandbox.File {
	return map[string][]sandbox.File{probePath: probeKit(), judgePath: judgeKit()}
}
