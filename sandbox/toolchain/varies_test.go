package toolchain

import (
	"strings"
	"testing"

	"course/tutor/sandbox"
)

func TestVariesNamesWhatDiffers(t *testing.T) {
	for _, c := range []struct{ name, imports, body, want string }{
		{"sleeps", `"fmt"; "time"`, `time.Sleep(1); fmt.Println(1)`, ""},
		{"one case", ``, `c := make(chan int, 1); select { case c <- 1: default: }`, ""},
		{"one case with a switch", ``, `c := make(chan int, 1); select { case c <- 1: switch { case true: case false: } }`, ""},
		{"two cases", ``, `c := make(chan int, 1); select { case c <- 1: case <-c: }`, "varies:select"},
		{"a select in a select", ``, `c := make(chan int, 1); select { case c <- 1: select { case <-c: default: } ; default: }`, ""},
		{"a map that is read", ``, `m := map[int]int{}; _ = m[1]`, ""},
		{"a range without maps", ``, `for range 3 {}`, ""},
		{"a map and a range", ``, `m := map[int]int{}; for range m {}`, "varies:map"},
		{"rand", `"math/rand"`, `_ = rand.Intn(3)`, "varies:rand"},
		{"rand under a name", `r "math/rand/v2"`, `_ = r.IntN(3)`, "varies:rand"},
		{"rand with dots", `. "math/rand"`, `_ = Intn(3)`, "varies:rand"},
		{"rand with a seed", `"math/rand"`, `r := rand.New(rand.NewSource(1)); _ = r.Intn(3)`, ""},
		{"v2 with a seed", `"math/rand/v2"`, `r := rand.New(rand.NewPCG(1, 2)); _ = r.IntN(3)`, ""},
		{"crypto", `"crypto/rand"`, `_ = rand.Text()`, "varies:import"},
		{"sync.Map", `"sync"`, `var m sync.Map; _ = &m`, "varies:order"},
		{"an address", `"fmt"`, `fmt.Printf("%p", new(int))`, "varies:address"},
	} {
		text := "package main\n\nimport (" + c.imports + ")\n\nfunc main() {\n" + c.body + "\n}\n"
		var codes []string
		for _, d := range varies([]sandbox.File{{Name: "main.go", Content: text}}, nil) {
			codes = append(codes, d.Code)
			if d.Line == 0 || d.Message == "" {
				t.Errorf("%s: %+v", c.name, d)
			}
		}
		if got := strings.Join(codes, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFakeClockSaysWhatVaries(t *testing.T) {
	needsSet(t, fakeSet)
	result := runJob(t, faked("package main\n\nfunc main() {\n\tm := map[int]bool{1: true, 2: true}\n\tfor k := range m {\n\t\tprintln(k)\n\t}\n}\n"))
	if len(result.Varies) != 1 || result.Varies[0].Line != 5 {
		t.Errorf("varies %+v", result.Varies)
	}
	if result := runJob(t, faked(sleepers)); len(result.Varies) != 0 {
		t.Errorf("of a program that repeats it says %+v", result.Varies)
	}
}
