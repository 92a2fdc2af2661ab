package page

import (
	"bytes"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// sampleAsm is what a compiler made of two lines, with a hostile name.
func sampleAsm() *sandbox.Result {
	return &sandbox.Result{ID: "a1", Kind: sandbox.KindAsm, Status: sandbox.StatusOK, Asm: &sandbox.Assembly{
		Arch: "amd64", Flags: []string{"-l"}, Cut: true,
		Notes: []sandbox.AsmNote{{File: "main.go", Line: 2, Col: 3, What: "heap", Text: "x</li><script>alert(1)</script> escapes to heap"}},
		Funcs: []sandbox.AsmFunc{{Name: "main.main", Bytes: 9, Rows: []sandbox.Asm{
			{Offset: 0, File: "main.go", Line: 2, Text: "CALL main.f(SB)"},
			{Offset: 5, File: "main.go", Line: 2, From: "fmt/print.go:314", Text: "MOVQ AX, BX"},
		}}},
	}}
}

// The assembly stands beside its line, with what the words mean.
func TestAsmPanel(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	files := []sandbox.File{{Name: "main.go", Content: "package main\nfunc main() { f(\"<b>\") }\n"}}
	if err := r.RunPanel(&b, nil, CellView{Result: sampleAsm(), Files: files}); err != nil {
		t.Fatal(err)
	}
	html := b.String()
	checkInline(t, map[string]string{"asm": html})
	if strings.Contains(html, "<script>") || strings.Contains(html, `f(&#34;<b>`) {
		t.Error("source or a decision became markup")
	}
	for _, want := range []string{
		"Compiled.", "Nothing was run", "1 function, 2 instructions, 9 bytes of machine code for amd64, compiled with -l",
		`f(&#34;&lt;b&gt;&#34;)`, "2 instructions</summary>", "    0  CALL main.f(SB)", "    5  MOVQ AX, BX  // fmt/print.go:314",
		`<li class="w-heap">x&lt;/li&gt;`, "<dt class=\"w-heap\">escapes to heap</dt>", "a constant has its place in the program already, and nothing is allocated for it", "There is more than is kept",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the panel lacks %s\n%s", want, html)
		}
	}
	if strings.Contains(html, "can inline</dt>") {
		t.Error("a word is explained that is not there")
	}
}
