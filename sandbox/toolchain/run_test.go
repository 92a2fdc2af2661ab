package toolchain

import (
	"testing"

	"course/tutor/sandbox"
)

func TestHello(t *testing.T) {
	r := runJob(t, program("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"))
	if r.Status != sandbox.StatusOK || printed(r, sandbox.Stdout) != "hello\n" {
		t.Fatalf("%+v", r)
	}
	t.Logf("%+v", r)
}
