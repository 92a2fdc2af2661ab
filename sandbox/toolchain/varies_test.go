package toolchain

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"sync"
	"testing"
	"time"

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
		{"a pool", `"sync"`, `var p sync.Pool; _ = &p`, "varies:order"},
		{"a stack", `"runtime"`, `_ = runtime.Stack(nil, false)`, "varies:order"},
		{"processors", `"runtime"`, `println(runtime.GOMAXPROCS(0))`, ""},
		{"more processors", `"runtime"`, `runtime.GOMAXPROCS(4)`, "varies:order"},
		{"a temporary folder", `"os"`, `name, _ := os.MkdirTemp("", "x"); print(name)`, "varies:system"},
		{"a temporary file", `"os"`, `f, _ := os.CreateTemp("", "x"); print(f.Name())`, "varies:system"},
		{"its number", `"os"`, `print(os.Getpid())`, "varies:system"},
		{"processes and the time of a file", `"os"`, `os.ReadDir("/proc"); i, _ := os.Stat("/tmp/x"); print(i.ModTime().String())`, "varies:system varies:system"},
		{"the time of a folder", `"os"`, `i, _ := os.Stat("/tmp"); print(i.Size())`, "varies:system"},
		{"a file by a name that is computed", `"os"`, `os.ReadFile("/pr" + "oc/uptime")`, "varies:system"},
		{"a file by a name that may go up", `"os"`, `os.ReadFile("../proc/uptime")`, "varies:system"},
		{"a file by the name in a variable", `"os"`, `os.ReadFile(os.Args[0])`, "varies:system"},
		{"a file of its own", `"os"`, `os.WriteFile("/tmp/x", nil, 0o600); os.ReadFile("/tmp/x"); os.Open("testdata/x"); os.Exit(1)`, ""},
		{"flags and errors", `"os"`, `f, _ := os.OpenFile("x", os.O_CREATE|os.O_RDWR, os.ModePerm); _ = f; _ = os.ErrNotExist`, ""},
		{"os with a dot", `. "os"`, `print(Getpid())`, "varies:import"},
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

// What fmt, log, print and println print of a type.
func TestAddressesArePrinted(t *testing.T) {
	const declared = `
type point struct { X, Y int }
type node struct { Value int; Next *node }
type tree struct { Value int; Below []tree }
type named struct{ p *int }
func (named) String() string { return "named" }
type onPointer struct{ p *int }
func (*onPointer) String() string { return "named" }
type hides struct{ n named }
type shows struct{ N named }
type failure struct{}
func (*failure) Error() string { return "failure" }
type formats struct{ p *int }
func (formats) Format(fmt.State, rune) {}
type dated struct{ p *int }
func (dated) Format(string) string { return "" }
type counted interface { ~int | ~string }
func both[T cmp.Ordered, U counted, S fmt.Stringer, V any](t T, u U, s S, v V) { fmt.Println(t, u, s) }
func two() (int, *int) { return 1, new(int) }
`
	const yes, may = "prints an address", "known only when it runs"
	for _, c := range []struct{ body, want string }{
		{`x := 1; fmt.Println(&x)`, yes},
		{`x := 1; println(&x)`, yes},
		{`println([]int{1})`, yes},
		{`println(1, "a", true, 1.5, uintptr(2), 'c')`, ""},
		{`var err error; println(err)`, yes},
		{`fmt.Println(1, "a", nil, 2*time.Second, time.Now(), []string{"a"}, map[string]int{"a": 1}, [2]bool{})`, ""},
		{`fmt.Println(point{}, &point{}, []point{{}}, &[]point{{}})`, ""},
		{`fmt.Println([]*point{{}})`, yes},
		{`fmt.Println(&node{})`, yes},
		{`fmt.Println(tree{})`, ""},
		{`fmt.Println(map[*point]int{})`, yes},
		{`fmt.Println(make(chan int))`, yes},
		{`fmt.Print(main)`, yes},
		{`log.Print(new(int))`, yes},
		{`log.New(os.Stderr, "", 0).Printf("%v", new(int))`, yes},
		{`_ = fmt.Errorf("at %v", new(int))`, yes},
		{`fmt.Fprintln(os.Stdout)`, ""},
		{`fmt.Fprintln(os.Stdout, 1)`, ""},
		{`fmt.Println(os.Stdout)`, yes},
		{`fmt.Println(two())`, yes},
		{`var n int; fmt.Sscan("1", &n); fmt.Sscanf("1", "%d", &n); fmt.Println(n)`, ""},
		{`fmt.Println(named{}, &named{}, &onPointer{}, []named{{}}, shows{}, formats{}, &failure{})`, ""},
		{`fmt.Println(onPointer{})`, yes},
		{`fmt.Println(hides{})`, yes},
		{`fmt.Println(dated{})`, yes},
		{`fmt.Printf("%#v", named{})`, yes},
		{`fmt.Printf("%d", named{})`, yes},
		{`fmt.Printf("%+v and %5.2f%% of %q\n", named{}, 1.5, named{})`, ""},
		{`fmt.Printf("%T %d", new(int), 1)`, ""},
		{`fmt.Printf("%d %T", new(int), 1)`, yes},
		{`fmt.Printf("%p", []int{})`, yes},
		{`fmt.Printf("%v %p", 1, &point{})`, yes},
		{`fmt.Printf("%[1]v", []int{})`, yes},
		{`format := "%" + os.Args[0]; fmt.Printf(format, 1)`, ""},
		{`format := "%" + os.Args[0]; fmt.Printf(format, []int{})`, yes},
		{`var err error; fmt.Println(err); fmt.Printf("%v", err)`, ""},
		{`var s fmt.Stringer; fmt.Println(s)`, ""},
		{`var a any; fmt.Println(a)`, may},
		{`fmt.Println([]any{1}...)`, may},
		{`say := fmt.Println; say(new(int))`, may},
		{`both(1, 2, named{}, 1)`, ""},
		{`func() { x := 1; fmt.Println(uintptr(unsafe.Pointer(&x))) }()`, "unsafe.Pointer"},
	} {
		fset := token.NewFileSet()
		text := "package main\nimport (\"cmp\"; \"fmt\"; \"log\"; \"os\"; \"time\"; \"unsafe\")\nvar _ log.Logger\nvar _ = cmp.Compare[int]\nvar _ time.Time\nvar _ = os.Args\nvar _ unsafe.Pointer\n" +
			declared + "func main() {\n" + c.body + "\n}\n"
		f, err := parser.ParseFile(fset, "main.go", text, 0)
		if err != nil {
			t.Fatalf("%s: %v", c.body, err)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
		if _, err := (&types.Config{Importer: fromSource()}).Check("main", fset, []*ast.File{f}, info); err != nil {
			t.Fatalf("%s: %v", c.body, err)
		}
		var said []string
		for _, d := range printedAddresses(fset, []*ast.File{f}, info) {
			if said = append(said, d.Message); d.Line < 20 || d.Code != "varies:address" {
				t.Errorf("%s: %+v", c.body, d)
			}
		}
		got := strings.Join(said, "; ")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
	}
}

// fromSource reads the packages of the standard library once.
var fromSource = sync.OnceValue(func() types.Importer { return importer.ForCompiler(token.NewFileSet(), "source", nil) })

func TestFakeClockSaysWhatVaries(t *testing.T) {
	needsSet(t, fakeSet)
	result := runJob(t, faked("package main\n\nfunc main() {\n\tm := map[int]bool{1: true, 2: true}\n\tfor k := range m {\n\t\tprintln(k)\n\t}\n}\n"))
	if len(result.Varies) != 1 || result.Varies[0].Line != 5 {
		t.Errorf("varies %+v", result.Varies)
	}
	if result := runJob(t, faked(sleepers)); len(result.Varies) != 0 {
		t.Errorf("of a program that repeats it says %+v", result.Varies)
	}
	for _, c := range []struct{ body, want string }{
		{"x := 1; fmt.Println(&x)", "varies:address"},
		{"x := []int{1}; fmt.Println(x); println(x)", "varies:address"},
		{"x := 1; fmt.Println(x); panic(&x)", "varies:end"},
		{"fmt.Println(1); panic(1)", ""},
		{"fmt.Println(1); for {}", "varies:end"},
	} {
		job := faked("package main\n\nimport \"fmt\"\n\nfunc main() {\n\t" + c.body + "\n}\n")
		job.Limits.Wall, job.Limits.CPU = time.Minute, 500*time.Millisecond
		var codes []string
		for _, d := range runJob(t, job).Varies {
			codes = append(codes, d.Code)
		}
		if got := strings.Join(codes, " "); got != c.want {
			t.Errorf("%s: varies %q, want %q", c.body, got, c.want)
		}
	}
}
