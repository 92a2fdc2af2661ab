package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// TestChild: the small binary that jails are begun from is made of nothing but
// what it needs, everything runs from it, and without it from our own.
func TestChild(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no jail here")
	}
	e := needsComplete(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exe, err := l.childExe()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.makeChild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(l.dir, "making-*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	info, err := os.Stat(exe)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 4<<20 {
		t.Errorf("the child of jails is %d bytes large", info.Size())
	}
	if out, err := exec.Command(exe).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("started as nothing in particular, it does something: %v %s", err, out)
	}
	for _, child := range []string{exe, "/nowhere/child", exe} {
		jail.UseChild(child)
		jail.LetGo()
		job := aheadJob(t, "test", "import \"fmt\"\n\nfunc main() { fmt.Println(1) }\n")
		if res := runJob(t, job); res.Status != sandbox.StatusOK || printed(res, "stdout") != "1\n" {
			t.Errorf("with %s: %s %v", child, res.Status, res.Diagnostics)
		}
		diags, err := e.Diagnose(t.Context(), child, mainFile("package main\n\nfunc main() { x := 1 }\n"))
		if err != nil || len(diags) != 1 || !strings.Contains(diags[0].Message, "declared and not used") {
			t.Errorf("with %s: %v %v", child, diags, err)
		}
	}
}
