package toolchain

import (
	"fmt"
	"strings"

	"course/tutor/sandbox"
)

// main is the text of package main for the tests: what the go command would
// generate, and for a job of coverage what hands the counters over.
func (t *tests) main(at string) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"os\"\n\t\"testing\"\n\t\"testing/internal/testdeps\"\n")
	t.imports(&b, at)
	b.WriteString(")\n\n")
	t.table(&b, "tests", "InternalTest", "Test")
	t.table(&b, "benchmarks", "InternalBenchmark", "Benchmark")
	t.table(&b, "fuzzTargets", "InternalFuzzTarget", "Fuzz")
	t.table(&b, "examples", "InternalExample", "Example")
	fmt.Fprintf(&b, "func init() { testdeps.ImportPath = %q }\n\n", at)
	b.WriteString("func main() {\n\tm := testing.MainStart(testdeps.TestDeps{}, tests, benchmarks, fuzzTargets, examples)\n")
	if main := t.testMain(); main != "" {
		b.WriteString("\t" + main + "(m)\n\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName(\"exitCode\").Int()))\n}\n")
	} else {
		b.WriteString("\tos.Exit(m.Run())\n}\n")
	}
	if t.kind == sandbox.KindCover {
		t.counters(&b)
	}
	return b.String()
}

// imports are those beyond what every main has. A package whose tests are
// not called is imported all the same: its init functions run.
func (t *tests) imports(b *strings.Builder, at string) {
	if t.testMain() != "" {
		b.WriteString("\t\"reflect\"\n")
	}
	if t.kind == sandbox.KindCover {
		b.WriteString("\t\"internal/runtime/exithook\"\n\t\"strconv\"\n\t\"tutor/wire\"\n")
	}
	used := map[string]bool{"_test": t.kind == sandbox.KindCover && len(t.covered()) > 0}
	for _, f := range t.funcs {
		used[t.from[f.name]] = true
	}
	for _, p := range []struct {
		there      bool
		name, path string
	}{{len(t.own) > 0, "_test", at}, {len(t.other) > 0, "_xtest", at + "_test"}} {
		if !p.there {
			continue
		}
		if !used[p.name] {
			p.name = "_"
		}
		fmt.Fprintf(b, "\t%s %q\n", p.name, p.path)
	}
}

func (t *tests) table(b *strings.Builder, name, of, kind string) {
	fmt.Fprintf(b, "var %s = []testing.%s{\n", name, of)
	for _, f := range t.funcs {
		if f.kind != kind {
			continue
		}
		fmt.Fprintf(b, "\t{%q, %s.%s", f.name, t.from[f.name], f.name)
		if kind == "Example" {
			fmt.Fprintf(b, ", %q, %t", f.output, f.unordered)
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n\n")
}

// testMain is the learner's TestMain, or "".
func (t *tests) testMain() string {
	for _, f := range t.funcs {
		if f.kind == "Main" {
			return t.from[f.name] + "." + f.name
		}
	}
	return ""
}

// counters writes what hands over, at the end of the program, which blocks of
// each file ran: a line each, FILE LINE.COL LINE.COL STATEMENTS COUNT.
func (t *tests) counters(b *strings.Builder) {
	b.WriteString(`
func init() { exithook.Add(exithook.Hook{F: covered, RunOnFailure: true}) }

func covered() {
	var text []byte
	add := func(file string, counts, pos []uint32, statements []uint16) {
		n := func(v uint32, after byte) { text = append(strconv.AppendUint(text, uint64(v), 10), after) }
		for i, count := range counts {
			text = append(append(text, file...), ' ')
			n(pos[3*i], '.')
			n(pos[3*i+2]&0xffff, ' ')
			n(pos[3*i+1], '.')
			n(pos[3*i+2]>>16, ' ')
			n(uint32(statements[i]), ' ')
			n(count, '\n')
		}
	}
`)
	for i, name := range t.covered() {
		v := fmt.Sprintf("_test.%s", counterName(i))
		fmt.Fprintf(b, "\tadd(%q, %s.Count[:], %s.Pos[:], %s.NumStmt[:])\n", name, v, v, v)
	}
	b.WriteString("\t_ = add\n\twire.Send('c', text)\n}\n")
}

// covered are the files of the package under test that are no tests, as the
// compiler is given them.
func (t *tests) covered() []string { return coveredFiles(t.own) }

func coveredFiles(files []sandbox.File) []string {
	var names []string
	for _, f := range files {
		if !strings.HasSuffix(f.Name, "_test.go") {
			names = append(names, f.Name)
		}
	}
	return names
}

// counterName is the variable that holds the counters of a file.
func counterName(i int) string { return fmt.Sprintf("GoCover_%d_tutor", i) }
