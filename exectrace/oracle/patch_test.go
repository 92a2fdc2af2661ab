package oracle

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pinned is the toolchain whose scheduler the edits below were written for.
const pinned = "go1.26.8"

// edit replaces one snippet of a file of the runtime, which must occur once.
type edit struct{ file, old, new string }

// edits make the scheduler tell where a goroutine was: it is marked when a
// thief takes it out of another P's queue (1) or when it is fetched from the
// global queue (2), with all that is taken along, and the mark is logged right
// after the start. What comes out of a queue last decides.
var edits = []edit{
	{
		"runtime2.go",
		"\t// Per-G tracer state.\n\ttrace gTraceState\n",
		"\t// Per-G tracer state.\n\ttrace gTraceState\n\n\tqueueOrigin uint8\n",
	},
	{
		"traceruntime.go",
		"// GoEnd emits a GoDestroy event.\n",
		`func (tl traceLocker) queueOrigin(origin uint8) {
	message := "stolen"
	if origin == 2 {
		message = "global"
	}
	w := tl.eventWriter(tracev2.GoRunning, tracev2.ProcRunning)
	w.event(tracev2.EvUserLog, 0, tl.string("queue.origin"), tl.string(message), 0)
}

// GoEnd emits a GoDestroy event.
`,
	},
	{
		"proc.go",
		"\tif trace.ok() {\n\t\ttrace.GoStart()\n\t\ttraceRelease(trace)\n\t}\n\n\tgogo(&gp.sched)\n",
		"\tif trace.ok() {\n\t\ttrace.GoStart()\n\t\tif gp.queueOrigin != 0 {\n\t\t\ttrace.queueOrigin(gp.queueOrigin)\n\t\t}\n\t\ttraceRelease(trace)\n\t}\n\tgp.queueOrigin = 0\n\n\tgogo(&gp.sched)\n",
	},
	{
		"proc.go",
		"\treturn sched.runq.pop()\n",
		"\tgp := sched.runq.pop()\n\tgp.queueOrigin = 2\n\treturn gp\n",
	},
	{
		"proc.go",
		"\tgp = sched.runq.pop()\n\tn--\n",
		"\tgp = sched.runq.pop()\n\tgp.queueOrigin = 2\n\tn--\n",
	},
	{
		"proc.go",
		"\t\tgp1 := sched.runq.pop()\n\t\tq.pushBack(gp1)\n",
		"\t\tgp1 := sched.runq.pop()\n\t\tgp1.queueOrigin = 2\n\t\tq.pushBack(gp1)\n",
	},
	{
		"proc.go",
		"\tn := runqgrab(p2, &pp.runq, t, stealRunNextG)\n\tif n == 0 {\n\t\treturn nil\n\t}\n",
		"\tn := runqgrab(p2, &pp.runq, t, stealRunNextG)\n\tif n == 0 {\n\t\treturn nil\n\t}\n\tfor i := uint32(0); i < n; i++ {\n\t\tpp.runq[(t+i)%uint32(len(pp.runq))].ptr().queueOrigin = 1\n\t}\n",
	},
}

// errChanged says what to do when the toolchain is another.
func errChanged(what string) error {
	return fmt.Errorf("%s: the scheduler of this toolchain is not the one that the replay was checked against. "+
		"Read what changed in runtime/proc.go (runqput, runqputslow, runqgrab, runqsteal, globrunqget, globrunqgetbatch, findRunnable, goschedImpl, injectglist), "+
		"follow it in exectrace/twin.go, then set pinned and the edits in exectrace/oracle/patch_test.go", what)
}

// patch applies the edits to the text of one file.
func patch(file, text string, edits []edit) (string, error) {
	for i, e := range edits {
		if e.file != file {
			continue
		}
		if n := strings.Count(text, e.old); n != 1 {
			return "", errChanged(fmt.Sprintf("edit %d of runtime/%s: the snippet it replaces occurs %d times", i, file, n))
		}
		text = strings.Replace(text, e.old, e.new, 1)
	}
	return text, nil
}

// goTool answers what the go command says.
func goTool(args ...string) (string, error) {
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// overlay writes the patched files below dir, and the file that tells the go
// command of them.
func overlay(dir string) (string, error) {
	version, err := goTool("env", "GOVERSION")
	if err != nil {
		return "", err
	}
	if version != pinned {
		return "", errChanged(fmt.Sprintf("the toolchain is %s, the edits are for %s", version, pinned))
	}
	root, err := goTool("env", "GOROOT")
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for _, file := range []string{"proc.go", "runtime2.go", "traceruntime.go"} {
		from := filepath.Join(root, "src", "runtime", file)
		text, err := os.ReadFile(from)
		if err != nil {
			return "", fmt.Errorf("read the runtime: %w", err)
		}
		patched, err := patch(file, string(text), edits)
		if err != nil {
			return "", err
		}
		to := filepath.Join(dir, file)
		if err := os.WriteFile(to, []byte(patched), 0o644); err != nil {
			return "", fmt.Errorf("write the patched runtime: %w", err)
		}
		replace[from] = to
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", fmt.Errorf("write the overlay: %w", err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return "", fmt.Errorf("write the overlay: %w", err)
	}
	return name, nil
}

// build makes the loads with the patched runtime.
func build(dir string) (string, error) {
	name, err := overlay(dir)
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "load.exe")
	cmd := exec.Command("go", "build", "-trimpath", "-overlay", name, "-o", bin, "main.go")
	cmd.Dir = filepath.Join("testdata", "load")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errChanged(fmt.Sprintf("the patched runtime does not build: %v: %s", err, out))
	}
	return bin, nil
}

// A snippet that is gone or there twice is told, with what to look at.
func TestPatchFailsClosed(t *testing.T) {
	e := []edit{{"proc.go", "take()\n", "mark()\ntake()\n"}}
	if got, err := patch("proc.go", "a\ntake()\nb\n", e); err != nil || got != "a\nmark()\ntake()\nb\n" {
		t.Errorf("patched to %q, %v", got, err)
	}
	for _, text := range []string{"a\nb\n", "take()\ntake()\n"} {
		_, err := patch("proc.go", text, e)
		if err == nil || !strings.Contains(err.Error(), "exectrace/twin.go") {
			t.Errorf("%q was patched: %v; want a refusal that says where to look", text, err)
		}
	}
}
