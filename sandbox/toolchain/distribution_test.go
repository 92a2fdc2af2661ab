package toolchain

import (
	"bytes"
	"errors"
	"go/build/constraint"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// distributed is one program of the Go distribution's own tests.
type distributed struct {
	name   string   // path below GOROOT/test
	recipe string   // run, rundir, runindir or runoutput
	words  []string // what follows the recipe
	text   string
}

// distribution reads all programs of the distribution's tests whose recipe is
// to run something.
func distribution(t *testing.T, root string) []distributed {
	t.Helper()
	var list []distributed
	test := filepath.Join(root, "test")
	err := filepath.WalkDir(test, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasSuffix(file, ".dir") || d.Name() == "testdata"):
			return filepath.SkipDir // parts of other programs
		case d.IsDir() || filepath.Ext(file) != ".go":
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(test, file)
		if err != nil {
			return err
		}
		if words := recipe(string(text)); len(words) > 0 && strings.HasPrefix(words[0], "run") {
			list = append(list, distributed{filepath.ToSlash(name), words[0], words[1:], string(text)})
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		lacking(t, "this Go has no test folder: %s", root)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// recipe is the first comment of a file that is no build constraint, in words.
func recipe(text string) []string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || constraint.IsGoBuild(line) || constraint.IsPlusBuild(line) {
			continue
		}
		comment, ok := strings.CutPrefix(line, "//")
		if !ok {
			return nil
		}
		return strings.Fields(comment)
	}
	return nil
}

// job is how tutor run is asked to do what the recipe says. It is not possible
// where a flag is one that only the go command knows.
func (d distributed) job(t *testing.T, root string) (job sandbox.Job, possible bool) {
	t.Helper()
	job = sandbox.Job{Files: []sandbox.File{{Name: filepath.Base(d.name), Content: d.text}},
		Limits: sandbox.Limits{Wall: 2 * time.Minute, CPU: 2 * time.Minute, Memory: 1 << 30}}
	for _, word := range d.words {
		switch {
		case word == "-race":
			job.Race = true
		case strings.HasPrefix(word, "-gcflags="):
			job.GCFlags = []string{strings.Trim(strings.TrimPrefix(word, "-gcflags="), `"`)}
			if sandbox.CheckGCFlags(job.GCFlags, sandbox.KindProgram) != "" {
				return job, false
			}
		case strings.HasPrefix(word, "-"):
			return job, false
		case strings.HasSuffix(word, ".go"):
			text, err := os.ReadFile(filepath.Join(root, "test", filepath.Dir(d.name), word))
			if err != nil {
				t.Fatal(err)
			}
			job.Files = append(job.Files, sandbox.File{Name: word, Content: string(text)})
		default:
			job.Args = append(job.Args, word)
		}
	}
	return job, d.recipe == "run"
}

// listed is why tutor run does not treat a program as go run does: the keys of
// testdata/distribution.txt by name, and the names by key.
func listed(t *testing.T) (keys map[string]string, groups map[string][]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/distribution.txt")
	if err != nil {
		t.Fatal(err)
	}
	keys, groups = map[string]string{}, map[string][]string{}
	key := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		before, reason, isGroup := strings.Cut(line, ": ")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case isGroup && reason != "":
			key = before
		case keys[line] != "":
			t.Errorf("%s is listed twice", line)
		default:
			keys[line] = key
			groups[key] = append(groups[key], line)
		}
	}
	return keys, groups
}

// TestDistributionList holds the list of programs that are treated otherwise:
// each is there, for a reason that is true of it, and what cannot be compared
// is on it.
func TestDistributionList(t *testing.T) {
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys, _ := listed(t)
	there := map[string]bool{}
	for _, d := range distribution(t, l.tool.Root) {
		there[d.name] = true
		job, possible := d.job(t, l.tool.Root)
		key := keys[d.name]
		switch {
		case key == "" && !possible:
			t.Errorf("%s is neither compared nor listed", d.name)
		case key != "":
			d.holds(t, key, job, possible)
		}
	}
	for name := range keys {
		if !there[name] && l.tool.Version == "go1.26.8" {
			t.Errorf("%s is listed, and not in %s", name, l.tool.Version)
		}
	}
}

// TestDistributionCounts holds the counts in docs/distribution.md.
func TestDistributionCounts(t *testing.T) {
	text, err := os.ReadFile("../../docs/distribution.md")
	if err != nil {
		t.Fatal(err)
	}
	_, groups := listed(t)
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		names, known := groups[strings.TrimSpace(cells[1])]
		if n := strings.TrimSpace(cells[2]); known && n != strconv.Itoa(len(names)) {
			t.Errorf("docs/distribution.md has %s for%s, the list %d", n, cells[1], len(names))
		} else if known {
			rows++
		}
	}
	if rows != len(groups) {
		t.Errorf("docs/distribution.md has %d of the %d groups", rows, len(groups))
	}
}

// holds sees that the reason for which a program is listed is true of it.
func (d distributed) holds(t *testing.T, key string, job sandbox.Job, possible bool) {
	t.Helper()
	has := func(words string) bool { return strings.Contains(d.text, words) }
	switch key {
	case "run" + strings.TrimPrefix(d.recipe, "run"):
		if possible {
			t.Errorf("%s: is possible", d.name)
		}
	case "flags":
		if possible || d.recipe != "run" {
			t.Errorf("%s: %s %v is possible", d.name, d.recipe, d.words)
		}
	case "go-command":
		if !has(`"os/exec"`) {
			t.Errorf("%s starts no other program", d.name)
		}
	case "files":
		if !has("runtime.GOROOT()") {
			t.Errorf("%s does not look for the distribution", d.name)
		}
	case "names":
		if !has("runtime.Stack(") || !has("/"+filepath.Base(d.name)) {
			t.Errorf("%s does not look for its name in a stack", d.name)
		}
	case "large":
		job.Limits = sandbox.Limits{}
		if r := runJob(t, job); r.Status != sandbox.StatusCompileLimit {
			t.Errorf("%s: %s %+v", d.name, r.Status, r.Diagnostics)
		}
	default: // the code of a refusal
		if r := runJob(t, job); r.Status != sandbox.StatusRefused || r.Diagnostics[0].Code != "refused:"+key {
			t.Errorf("%s: %s %+v, want refused:%s", d.name, r.Status, r.Diagnostics, key)
		}
	}
}

// TestDistributionPrograms runs a sample of programs that nobody here wrote,
// and compares what they print and how they end with go run. TUTOR_TEST_ALL=1
// runs all of them that are not listed.
func TestDistributionPrograms(t *testing.T) {
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	step := 40
	if os.Getenv("TUTOR_TEST_ALL") == "1" {
		step = 1
	}
	keys, _ := listed(t)
	n := 0
	for _, d := range distribution(t, l.tool.Root) {
		job, possible := d.job(t, l.tool.Root)
		if !possible || keys[d.name] != "" {
			continue
		}
		if n++; n%step != 0 || job.Race && step > 1 {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			compareWithGoRun(t, l.tool, d, job)
		})
	}
	t.Logf("%d programs are treated as go run treats them", n)
}

func compareWithGoRun(t *testing.T, tool *goTool, d distributed, job sandbox.Job) {
	r := runJob(t, job)
	var args []string
	if job.Race {
		args = append(args, "-race")
	}
	for _, flag := range job.GCFlags {
		args = append(args, "-gcflags="+flag)
	}
	for _, f := range job.Files {
		args = append(args, filepath.Join(tool.Root, "test", filepath.Dir(d.name), f.Name))
	}
	stdout, stderr, code := goRunFiles(t, tool, args, job)
	ours := printed(r, sandbox.Stderr)
	same := printed(r, sandbox.Stdout) == stdout && r.ExitCode == code && (r.Status == sandbox.StatusOK) == (code == 0)
	if code == 0 { // a dump of goroutines names the files of each machine
		same = same && noAddresses(ours) == noAddresses(stderr)
	}
	if !same {
		t.Errorf("we: %s, code %d, stdout %.300q, stderr %.600q\ngo run: code %d, stdout %.300q, stderr %.600q\n%+v", r.Status, r.ExitCode,
			printed(r, sandbox.Stdout), ours, code, stdout, stderr, r.Diagnostics)
	}
}

var exitStatus = regexp.MustCompile(`(?m)^exit status (\d+)$`)

// goRun runs a file as everybody does, with as many threads as we allow.
func goRun(t *testing.T, tool *goTool, file string, job sandbox.Job) (stdout string, code int) {
	t.Helper()
	stdout, _, code = goRunFiles(t, tool, []string{file}, job)
	return stdout, code
}

// goRunFiles is go run with the files, and what flags come before them.
func goRunFiles(t *testing.T, tool *goTool, files []string, job sandbox.Job) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(tool.Command, slices.Concat([]string{"run"}, files, job.Args)...)
	cgo := "CGO_ENABLED=0"
	if job.Race {
		cgo = "CGO_ENABLED=1"
	}
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", cgo, "GOTOOLCHAIN=local", "GOPROXY=off")
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
	return out.String(), errs.String(), code
}
