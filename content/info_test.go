package content

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

// Ensure that info strings are read as the fences of the course mean them.
func TestParseInfo(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want Info
	}{
		{"go run", Info{"go", "run", map[string]string{}}},
		{"go  run  id=a-1 \t trace", Info{"go", "run", map[string]string{"id": "a-1", "trace": "true"}}},
		{`go run args="a b" caption="x=y z"`, Info{"go", "run", map[string]string{"args": "a b", "caption": "x=y z"}}},
		{"go run expect=exit:3 memory=64MiB t=0s..2ms cpulimit=0.5 vary=GOMAXPROCS:1,2",
			Info{"go", "run", map[string]string{"expect": "exit:3", "memory": "64MiB", "t": "0s..2ms", "cpulimit": "0.5", "vary": "GOMAXPROCS:1,2"}}},
		{`go run asm gcflags="-l -N"`, Info{"go", "run", map[string]string{"asm": "true", "gcflags": "-l -N"}}},
		{"go run profile=mutex trace gcflags=-l", Info{"go", "run", map[string]string{"profile": "mutex", "trace": "true", "gcflags": "-l"}}},
		{"go exercise=03-01 file=pool.go", Info{"go", "exercise", map[string]string{"exercise": "03-01", "file": "pool.go"}}},
		{"text output first=5", Info{"text", "output", map[string]string{"first": "5"}}},
		{"text", Info{"text", "", map[string]string{}}},
		{"", Info{"", "", map[string]string{}}},
		{"sh", Info{"sh", "", map[string]string{}}},
	} {
		got, errs := ParseInfo(tc.in)
		if got.Lang != tc.want.Lang || got.Verb != tc.want.Verb || !maps.Equal(got.Keys, tc.want.Keys) || len(errs) > 0 {
			t.Errorf("ParseInfo(%q) = %v, %v", tc.in, got, errs)
		}
	}
}

// Ensure that only flags of the compiler that are known get through.
func TestGCFlags(t *testing.T) {
	for _, flags := range []string{"-race", "-l-N", "l", "-o=x", "-l  -N"} {
		if _, errs := ParseInfo(`go run gcflags="` + flags + `"`); len(errs) != 1 || !strings.Contains(errs[0].Message, "want flags of -l, -N, -m and -B") {
			t.Errorf("gcflags=%q: %v", flags, errs)
		}
	}
}

func TestProcessorLimits(t *testing.T) {
	for _, n := range []string{"0", "-1", "0.001", "257", "NaN", "inf", "two"} {
		if _, errs := ParseInfo("go run cpulimit=" + n); len(errs) != 1 || !strings.Contains(errs[0].Message, "from 0.01 to 256") {
			t.Errorf("cpulimit=%s: %v", n, errs)
		}
	}
}

func TestEnvironment(t *testing.T) {
	for _, env := range []string{"A", "=1", "A=1  B=2", "A=1 B", " A=1"} {
		if _, errs := ParseInfo(`go run env="` + env + `"`); len(errs) != 1 || !strings.Contains(errs[0].Message, "want KEY=VALUE") {
			t.Errorf("env=%q: %v", env, errs)
		}
	}
	in, errs := ParseInfo(`go run env="A=1 B=x=y"`)
	if c := (Cell{Options: in.Keys}); len(errs) > 0 || !slices.Equal(c.Env(), []string{"A=1", "B=x=y"}) {
		t.Errorf("%v, %v", c.Env(), errs)
	}
}

func TestVary(t *testing.T) {
	for text, want := range map[string]string{"GOGC:1": "only GOMAXPROCS", "GOMAXPROCS": "only GOMAXPROCS", "GOMAXPROCS:": "no whole number", "GOMAXPROCS:1,x": `"x" is no whole number`, "GOMAXPROCS:1,,2": "no whole number"} {
		if _, errs := ParseInfo("go run vary=" + text); len(errs) != 1 || !strings.Contains(errs[0].Message, want) {
			t.Errorf("vary=%s: %v, want %q", text, errs, want)
		}
	}
	c := Cell{Verb: "run", Options: map[string]string{"vary": "GOMAXPROCS:4,1", "trace": "true"}}
	if got := c.Vary(); !slices.Equal(got, []int{4, 1}) || c.Traced() || c.Counted() {
		t.Errorf("%v, traced %v: there is one trace for each value, and none to count in", got, c.Traced())
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{"65536": 65536, "64KiB": 65536, "1MB": 1000000, "2GiB": 2 << 30, "7B": 7,
		"": 0, "0": 0, "-1": 0, "x": 0, "99999999999GiB": 0, "1.5MiB": 0} {
		if got, err := ParseSize(in); got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseSize(%q) = %d, %v", in, got, err)
		}
	}
}

// Ensure that anchors are those that GitHub gives.
func TestAnchor(t *testing.T) {
	for in, want := range map[string]string{
		"One slot, one ring": "one-slot-one-ring",
		"What's next?":       "whats-next",
		"G, M & P":           "g-m--p",
		"GOMAXPROCS_x-y":     "gomaxprocs_x-y",
		"Über 61":            "über-61",
	} {
		if got := Anchor(in); got != want {
			t.Errorf("Anchor(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTolerance(t *testing.T) {
	for _, tc := range []struct {
		text, tolerance string
		measured        float64
		want            bool
	}{
		{"512", "", 512, true}, {"512", "", 513, false}, {"1,024", "", 1024, true},
		{"2.16 ms", "", 0.0021649, true}, {"2.16 ms", "", 0.002166, false}, {"about 2 ms", "", 0.0024, true},
		{"97 %", "", 0.9651, true}, {"97 %", "", 0.98, false}, {"97%", "+-10%", 0.88, true}, {"97%", "±10%", 0.87, false},
		{"25", "+-0", 25, true}, {"25", "+-0", 26, false}, {"25", "+-2", 27, true}, {"25", ">=", 25, true}, {"25", ">=", 24, false},
		{"25", "<=", 25, true}, {"25", "<=", 26, false}, {"3 ms", "+-0.5 ms", 0.0034, true}, {"3 ms", "+-0.5 ms", 0.0036, false}, {"3 ms", "+-0.5", 0.0036, false}, {"3 ms", "+-0.5", 0.0034, true},
		{"8 MiB", "", 8 << 20, true}, {"2 million", "", 2, true}, {"60 seconds", "", 60, true},
	} {
		q, err := ParseQuantity(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		tol, err := ParseTolerance(tc.tolerance)
		if err != nil {
			t.Fatal(err)
		}
		if got := tol.Allows(q, tc.measured); got != tc.want {
			t.Errorf("%s %s allows %v: %v", tc.text, tc.tolerance, tc.measured, got)
		}
	}
}

// Ensure that no info string panics, and that what is understood holds only
// values that its rules allow.
func FuzzParseInfo(f *testing.F) {
	for _, s := range []string{"go run id=a trace", `go run args="a b" x`, "text output first=3", "go exercise=03-01 file=a.go", `go run a="`, "= ==", "goo"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in, errs := ParseInfo(s)
		for key, value := range in.Keys {
			rules := goKeys()
			if rule := rules[key]; in.Lang == "go" && key != "exercise" && rule != nil && rule(value) != nil {
				t.Errorf("%q: kept %s=%q", s, key, value)
			}
		}
		for _, e := range errs {
			if e.Message == "" || e.Fix == "" {
				t.Errorf("%q: a problem without words: %+v", s, e)
			}
		}
	})
}

// Ensure that no page panics, that lines lie in the file, and that nothing of
// the page becomes a script, a style or a frame.
func FuzzLoadPage(f *testing.F) {
	sample, err := os.ReadFile("testdata/course/03-scheduler/01-who.md")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(sample))
	for _, s := range []string{"", "---\n---\n", "---\ntitle: T\n---\n<details>\n<!-- quiz id=q -->\n- [x]\n", head + "![a](q.svg)\n> [!NOTE]\n", head + "<!-- predict -->\n\n- [ ] a\n- [x] b\n\n```go run\n-- a --\n```\n",
		head + "1. <details><summary>x</summary>\n\n   - [ ] a\n\n   </details>\n", head + "[a](run:a#b \"+-\") [](src:x \"y\")\n<script>\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		svg := &fstest.MapFile{Data: []byte(`<svg><script>1</script><g onclick="x"/></svg>`)}
		c, err := Load(course(text, fstest.MapFS{"03-s/q.svg": svg}))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(text, "\n") + 2
		for _, p := range c.Problems {
			if p.File == "03-s/01-page.md" && (p.Line < 1 || p.Line > lines) || p.Rule == "" || p.Fix == "" {
				t.Errorf("bad problem %+v of %d lines", p, lines)
			}
		}
		for _, p := range c.Pages() {
			var out strings.Builder
			if err := p.Render(&out, plainCells{}); err != nil {
				t.Fatal(err)
			}
			for _, bad := range []string{"<script", "<style", "<iframe", "onclick="} {
				if strings.Contains(out.String(), bad) && !strings.Contains(text, bad[1:]) {
					t.Errorf("the page holds %s", bad)
				}
			}
			if !utf8.ValidString(out.String()) {
				t.Error("the page is not UTF-8")
			}
		}
	})
}
