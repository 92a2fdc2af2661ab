package toolchain

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"course/tutor/sandbox"
)

// ErrNoGo is what Run answers where there is no Go to build with.
var ErrNoGo error = &sandbox.MachineError{Says: "no Go toolchain: tutor needs Go 1.26 or newer in the PATH to build programs; install it from https://go.dev/dl/ and try again"}

// language is what programs are compiled as, whatever newer Go is installed.
const language = "go1.26"

const oldestMinor = 26

// goTool is an installed Go.
type goTool struct {
	Command  string // the go command
	Root     string // GOROOT
	ToolDir  string
	Version  string // "go1.26.8"
	GOOS     string
	GOARCH   string
	compiler fileStamp // to notice an upgrade under a running server
}

// fileStamp tells one file from another at the same path.
type fileStamp struct {
	size int64
	time time.Time
}

func stampOf(path string) fileStamp {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info.Size(), info.ModTime()}
}

func (t *goTool) tool(name string) string {
	if t.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(t.ToolDir, name)
}

// current says whether the compiler is still the one that was found.
func (t *goTool) current() bool {
	return t.compiler != fileStamp{} && stampOf(t.tool("compile")) == t.compiler
}

// findGo looks at the go command in the PATH, or in its usual place.
func findGo(ctx context.Context, command string) (*goTool, error) {
	if command == "" {
		command = lookGo()
	}
	if command == "" {
		return nil, ErrNoGo
	}
	t, err := readGo(command)
	if err != nil {
		t, err = askGo(ctx, command)
	}
	if err != nil {
		return nil, err
	}
	if minor := minorVersion(t.Version); minor < oldestMinor {
		return nil, fmt.Errorf("%w (%s is %s)", ErrNoGo, command, t.Version)
	}
	t.compiler = stampOf(t.tool("compile"))
	if (t.compiler == fileStamp{}) || (stampOf(t.tool("link")) == fileStamp{}) {
		return nil, fmt.Errorf("%w (%s has no compiler in %s)", ErrNoGo, command, t.ToolDir)
	}
	return t, nil
}

// readGo finds out without starting anything, where Go lies as it is
// distributed.
func readGo(command string) (*goTool, error) {
	real, err := filepath.EvalSymlinks(command)
	if err != nil {
		return nil, err
	}
	root := filepath.Dir(filepath.Dir(real))
	text, err := os.ReadFile(filepath.Join(root, "VERSION"))
	if err != nil {
		return nil, err
	}
	version, _, _ := strings.Cut(string(text), "\n")
	t := &goTool{Command: command, Root: root, Version: strings.TrimSpace(version), GOOS: runtime.GOOS, GOARCH: runtime.GOARCH}
	t.ToolDir = filepath.Join(root, "pkg", "tool", t.GOOS+"_"+t.GOARCH)
	_, err = os.Stat(t.tool("compile"))
	return t, err
}

// askGo asks the go command.
func askGo(ctx context.Context, command string) (*goTool, error) {
	cmd := exec.CommandContext(ctx, command, "env", "-json", "GOROOT", "GOVERSION", "GOTOOLDIR", "GOHOSTOS", "GOHOSTARCH")
	cmd.Env = cleanEnv("")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w (%s env: %v)", ErrNoGo, command, err)
	}
	var env struct{ GOROOT, GOVERSION, GOTOOLDIR, GOHOSTOS, GOHOSTARCH string }
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("read the answer of %s env: %w", command, err)
	}
	return &goTool{Command: command, Root: env.GOROOT, ToolDir: env.GOTOOLDIR, Version: env.GOVERSION,
		GOOS: env.GOHOSTOS, GOARCH: env.GOHOSTARCH}, nil
}

func lookGo() string {
	if path, err := exec.LookPath("go"); err == nil {
		return path
	}
	usual := "/usr/local/go/bin/go"
	if runtime.GOOS == "windows" {
		usual = `C:\Program Files\Go\bin\go.exe`
	}
	if _, err := os.Stat(usual); err == nil {
		return usual
	}
	return ""
}

var versionPattern = regexp.MustCompile(`\bgo1\.(\d+)`)

// minorVersion reads 26 off "go1.26.8", or 0.
func minorVersion(version string) int {
	m := versionPattern.FindStringSubmatch(version)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// cleanEnv is the environment of the go command when we call it: nothing of
// the user's settings, and no network.
func cleanEnv(cache string) []string {
	env := []string{
		"GOENV=off", "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local", "GOPROXY=off", "GOSUMDB=off",
		"GO111MODULE=on", "CGO_ENABLED=0", "GOEXPERIMENT=", "GODEBUG=",
	}
	if cache != "" {
		env = append(env, "GOCACHE="+cache)
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "USERPROFILE", "LocalAppData"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}
