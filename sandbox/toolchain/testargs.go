package toolchain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"course/tutor/sandbox"
)

// testArgs are the arguments of a job of tests: flags of go test, which we
// read, and the rest, which the tests find in os.Args.
type testArgs struct {
	flags    []string // for the program of the tests, as -test.NAME=VALUE
	rest     []string
	run      string // pattern of -run; "" for all
	skip     string
	bench    string // pattern of -bench; "" for all
	time     string // of -benchtime; "" for the default
	count    int    // of -count; 0 for the default
	failfast bool
}

// maxCount bounds -count: more does not tell more within the limits of time.
const maxCount = 50

// testFlags are the flags that can be had; what quietFlags ask for is so
// already.
var (
	testFlags  = []string{"run", "skip", "short", "count", "failfast", "parallel", "shuffle", "cpu", "bench", "benchtime"}
	quietFlags = []string{"v", "benchmem"}
)

// besidesFlags are flags of go test for what is asked for beside the arguments,
// each with how.
var besidesFlags = map[string]string{
	"race":         "the race detector is asked for with race in a fence or a request, or --race",
	"cover":        "coverage is asked for with cover in a fence, or the kind cover",
	"coverprofile": "coverage is asked for with cover in a fence, or the kind cover, and is part of the result",
	"cpuprofile":   "a profile is asked for with profile=cpu in a fence, profile in a request, or --profile cpu",
	"memprofile":   "a profile is asked for with profile=heap in a fence, profile in a request, or --profile heap",
	"blockprofile": "a profile is asked for with profile=block in a fence, profile in a request, or --profile block",
	"mutexprofile": "a profile is asked for with profile=mutex in a fence, profile in a request, or --profile mutex",
	"trace":        "a trace is asked for with trace in a fence or a request, or --trace FILE",
	"gcflags":      "flags of the compiler are asked for with gcflags in a fence or a request, or --gcflags",
	"timeout":      "the time is limited with timeout in a fence, limits in a request, or --timeout",
	"json":         "each test is told as it ends, and tutor run --json prints one result",
	"fuzz":         "seeds of fuzz targets are run as tests; fuzzing, which goes on until it is stopped, is for go test -fuzz on your own machine",
}

// parseTestArgs reads flags as go test does, up to the first word that is
// none or to -args. The sentence says what is wrong with them.
func parseTestArgs(args []string, kind sandbox.Kind) (a testArgs, why string) {
	for len(args) > 0 {
		name, value, given := flagOf(args[0])
		switch {
		case name == "args":
			a.rest = args[1:]
			return a, ""
		case name == "":
			a.rest = args
			return a, ""
		}
		args = args[1:]
		if besides := besidesFlags[name]; besides != "" {
			return a, "-" + name + " is no argument here: " + besides
		}
		if !slices.Contains(testFlags, name) && !slices.Contains(quietFlags, name) {
			return a, "the flag -" + name + " of go test is not available here; -" + strings.Join(testFlags[:len(testFlags)-1], ", -") + " and -" + testFlags[len(testFlags)-1] + " are. What stands after -args goes to the tests themselves."
		}
		if !given && !isSwitch(name) {
			if len(args) == 0 {
				return a, "the flag -" + name + " needs a value, as -" + name + "=X"
			}
			value, args = args[0], args[1:]
		}
		if why := a.take(name, value, kind); why != "" {
			return a, why
		}
	}
	return a, ""
}

// withoutCount are args, which are known to be good, without -count.
func withoutCount(args []string) []string {
	var kept []string
	for i := 0; i < len(args); i++ {
		name, _, given := flagOf(args[i])
		if name == "args" || name == "" {
			return append(kept, args[i:]...)
		}
		last := i
		if !given && !isSwitch(name) {
			last = min(i+1, len(args)-1)
		}
		if name != "count" {
			kept = append(kept, args[i:last+1]...)
		}
		i = last
	}
	return kept
}

// isSwitch says whether a flag can stand without a value.
func isSwitch(name string) bool {
	return name == "short" || name == "failfast" || slices.Contains(quietFlags, name)
}

// flagOf splits -NAME=VALUE; name is "" for what is no flag.
func flagOf(word string) (name, value string, given bool) {
	text, ok := strings.CutPrefix(word, "-")
	if !ok {
		return "", "", false
	}
	text = strings.TrimPrefix(text, "-")
	name, value, given = strings.Cut(text, "=")
	return strings.TrimPrefix(name, "test."), value, given
}

// take notes one flag. It returns a sentence about one that cannot be had.
func (a *testArgs) take(name, value string, kind sandbox.Kind) string {
	switch name {
	case "run", "skip":
		if why := patternProblem(name, value); why != "" {
			return why
		}
		if name == "run" {
			a.run = value
		} else {
			a.skip = value
		}
	case "bench":
		if kind != sandbox.KindBench {
			return "-bench is for runs of the kind bench, and this is one of the kind " + string(kind)
		}
		a.bench = value
		return patternProblem(name, value)
	case "benchtime":
		a.time = value
		return benchTimeProblem(value)
	case "count":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxCount {
			return "-count=" + value + " is not possible: it can be 1 to " + itoa(maxCount)
		}
		a.count = n
		return ""
	case "v", "benchmem":
		return "" // it is so already
	case "failfast":
		a.failfast = value != "false"
	}
	if value == "" {
		value = "true"
	}
	a.flags = append(a.flags, "-test."+name+"="+value)
	return ""
}

func patternProblem(name, pattern string) string {
	for part := range strings.SplitSeq(pattern, "/") {
		if _, err := regexp.Compile(part); err != nil {
			return "-" + name + "=" + pattern + ": " + err.Error()
		}
	}
	return ""
}

// benchTimeProblem refuses what testing would refuse, and what could not end.
func benchTimeProblem(value string) string {
	if n, ok := strings.CutSuffix(value, "x"); ok {
		if k, err := strconv.Atoi(n); err == nil && k > 0 {
			return ""
		}
	} else if d, err := time.ParseDuration(value); err == nil && d > 0 {
		return ""
	}
	return "-benchtime=" + value + " is neither a time, as 200ms, nor a number of rounds, as 100x"
}

// has says whether a flag was given.
func (a *testArgs) has(flag string) bool {
	return slices.ContainsFunc(a.flags, func(f string) bool { return strings.HasPrefix(f, flag+"=") })
}

// selects says whether a test or benchmark at the top level is among those asked
// for.
func (a *testArgs) selects(name string) bool {
	matches := func(pattern string) bool {
		first, _, _ := strings.Cut(pattern, "/")
		ok, err := regexp.MatchString(first, name)
		return err == nil && ok
	}
	if a.skip != "" && !strings.Contains(a.skip, "/") && matches(a.skip) {
		return false
	}
	pattern := a.run
	if strings.HasPrefix(name, "Benchmark") {
		pattern = a.bench
	}
	return pattern == "" || matches(pattern)
}
