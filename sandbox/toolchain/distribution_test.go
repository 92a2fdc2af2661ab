package toolchain

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// distributionPrograms are the programs of the Go distribution's own tests
// that consist of one file and are simply run.
func distributionPrograms(t *testing.T, root string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "test", "*.go"))
	if err != nil || len(files) == 0 {
		lacking(t, "this Go has no test folder: %s", root)
	}
	deeper, _ := filepath.Glob(filepath.Join(root, "test", "*", "*.go"))
	var runs []string
	for _, f := range append(files, deeper...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(string(text), "\n"); strings.TrimSpace(first) == "// run" && fits(string(text)) && included(filepath.Base(f), text, runtime.GOOS, runtime.GOARCH) {
			runs = append(runs, f)
		}
	}
	slices.Sort(runs)
	return runs
}

// apart are programs that a jail cannot and need not run: they read files of
// the distribution, start the go command, or use what is refused.
var apart = regexp.MustCompile(`//go:linkname|import "C"|"os/exec"|\bruntime\.(Caller|GOROOT|Callers|Stack)\b|os\.(Open|ReadFile|Getwd|Args)|//line|/\*line|go:cgo|NumCPU|go:embed`)

func fits(text string) bool {
	return len(text) <= maxFileBytes && !apart.MatchString(text)
}

// TestDistributionPrograms runs a sample of programs that nobody here wrote,
// and compares what they print and how they end with go run. TUTOR_TEST_ALL=1
// runs all of them.
func TestDistributionPrograms(t *testing.T) {
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := distributionPrograms(t, l.tool.Root)
	step := 25
	if os.Getenv("TUTOR_TEST_ALL") == "1" {
		step = 1
	}
	for i := 0; i < len(all); i += step {
		name, err := filepath.Rel(filepath.Join(l.tool.Root, "test"), all[i])
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareWithGoRun(t, l.tool, all[i])
		})
	}
}

func compareWithGoRun(t *testing.T, tool *goTool, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	job := sandbox.Job{Files: []sandbox.File{{Name: filepath.Base(file), Content: string(text)}},
		Limits: sandbox.Limits{Wall: 2 * time.Minute, CPU: 2 * time.Minute, Memory: 1 << 30}}
	r := runJob(t, job)
	stdout, code := goRun(t, tool, file, job)
	if got := printed(r, sandbox.Stdout); got != stdout || r.ExitCode != code {
		t.Errorf("we: %s, code %d, stdout %.300q, stderr %.600q\ngo run: code %d, stdout %.300q\n%+v", r.Status, r.ExitCode, got,
			printed(r, sandbox.Stderr), code, stdout, r.Diagnostics)
	}
}

var exitStatus = regexp.MustCompile(`(?m)^exit status (\d+)$`)

// goRun runs a file as everybody does, with as many threads as we allow.
func goRun(t *testing.T, tool *goTool, file string, job sandbox.Job) (stdout string, code int) {
	t.Helper()
	cmd := exec.Command(tool.Command, append([]string{"run", file}, job.Args...)...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOPROXY=off")
	cmd.Env = append(cmd.Env, job.Env...)
	cmd.Stdin = strings.NewReader(job.Stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err != nil {
		code = 1 // of go run itself, when a signal ended the program
	}
	if m := exitStatus.FindStringSubmatch(errs.String()); m != nil {
		code, _ = strconv.Atoi(m[1])
	}
	return out.String(), code
}
