package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// reason says in one line why a run did not end by its own exit code.
func reason(result *sandbox.Result) string {
	ran, advice := remarks(result)
	switch result.Status {
	case sandbox.StatusCompileError:
		return "does not compile\n" + diagnostics(result.Diagnostics)
	case sandbox.StatusRefused:
		return "not built\n" + diagnostics(result.Diagnostics)
	case sandbox.StatusCompileLimit:
		return strings.TrimSpace("the build was stopped" + numbers(result.Limit) + "\n" + diagnostics(result.Diagnostics))
	case sandbox.StatusForbidden:
		return strings.TrimSpace("stopped: it made a system call that is not allowed here\n" + diagnostics(ran) + "\n" + vetSays(advice))
	}
	text := "stopped: " + limitWord(result.Status) + numbers(result.Limit)
	if cut := result.Truncated; cut != nil {
		text += fmt.Sprintf("; of what it printed %s are kept, and %s are left out", amount(float64(cut.KeptBytes), "bytes"), amount(float64(cut.DroppedBytes), "bytes"))
	}
	return strings.TrimSpace(text + "\n" + strings.TrimSpace(diagnostics(ran)+"\n"+vetSays(advice)))
}

// vetSays is the advice of vet under its heading; "" where there is none.
func vetSays(advice []sandbox.Diagnostic) string {
	if len(advice) == 0 {
		return ""
	}
	return "tutor: go vet says\n" + diagnostics(advice)
}

// afterwards is what is said of a run that ended by its own exit code: where
// the runtime ended it and why, and then what vet found. An exit code alone is
// the program's own business.
func afterwards(result *sandbox.Result) string {
	ran, advice := remarks(result)
	var parts []string
	if len(ran) > 0 {
		parts = append(parts, "tutor: "+ended(result.Status)+"\n"+diagnostics(ran))
	}
	switch {
	case len(advice) > 0 && len(ran) == 0 && result.Status == sandbox.StatusOK:
		parts = append(parts, "tutor: it ran, and go vet says\n"+diagnostics(advice))
	case len(advice) > 0:
		parts = append(parts, vetSays(advice))
	}
	return strings.Join(parts, "\n")
}

// remarks are the diagnostics on how a run ended, without those that report has
// said, and the advice of vet.
func remarks(result *sandbox.Result) (ran, advice []sandbox.Diagnostic) {
	for _, d := range result.Diagnostics {
		switch {
		case strings.HasPrefix(d.Code, "vet:"):
			advice = append(advice, d)
		case d.Code != "runtime:exit" && !d.OfTests():
			ran = append(ran, d)
		}
	}
	return ran, advice
}

// ended says in a word or two how a run ended.
func ended(status sandbox.Status) string {
	switch status {
	case sandbox.StatusOK:
		return "it ran"
	case sandbox.StatusDeadlock:
		return "deadlock"
	case sandbox.StatusRuntimeError:
		return "the program failed"
	case sandbox.StatusRace:
		return "data race"
	case sandbox.StatusTestFailed:
		return "the tests failed"
	}
	return "it ended as " + strings.ReplaceAll(string(status), "_", " ")
}

// limitWord is what ran out.
func limitWord(status sandbox.Status) string {
	if status == sandbox.StatusProcessLimit {
		return "processes"
	}
	word, _, _ := strings.Cut(string(status), "_")
	return word
}

// diagnostics lists messages the way the compiler prints them.
func diagnostics(list []sandbox.Diagnostic) string {
	var b strings.Builder
	for _, d := range list {
		b.WriteString(place(d))
		b.WriteString(d.Message + "\n")
		if d.Explain != "" {
			b.WriteString("\t" + d.Explain + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// place is FILE:LINE:COL: as far as it is known: the runtime knows no columns.
func place(d sandbox.Diagnostic) string {
	switch {
	case d.File == "":
		return ""
	case d.Line == 0:
		return d.File + ": "
	case d.Col == 0:
		return fmt.Sprintf("%s:%d: ", d.File, d.Line)
	}
	return fmt.Sprintf("%s:%d:%d: ", d.File, d.Line, d.Col)
}

// numbers says what was used and what was allowed.
func numbers(hit *sandbox.LimitHit) string {
	if hit == nil {
		return ""
	}
	if hit.Refused() {
		return fmt.Sprintf(" (%s: it had %s and asked for more than the %s that it may use)", hit.Name, amount(hit.Used, hit.Unit), amount(hit.Allowed, hit.Unit))
	}
	return fmt.Sprintf(" (%s: %s of %s)", hit.Name, amount(hit.Used, hit.Unit), amount(hit.Allowed, hit.Unit))
}

// amount is a number with its unit, in the larger unit from a thousand on.
func amount(v float64, unit string) string {
	switch {
	case unit == "bytes" && v >= 1<<20:
		return strconv.FormatFloat(v/(1<<20), 'g', 4, 64) + " MiB"
	case unit == "bytes" && v >= 1<<10:
		return strconv.FormatFloat(v/(1<<10), 'g', 4, 64) + " KiB"
	case unit == "ms" && v >= 1000:
		return strconv.FormatFloat(v/1000, 'f', 2, 64) + " s"
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " " + unit
}

// parseSize reads a size such as 64MiB, 128MB or 4096; "" is 0.
func parseSize(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := content.ParseSize(s)
	if err != nil {
		return 0, misuse("--memory %s is no size; write it as 64MiB", s)
	}
	return n, nil
}

// signalNumber finds a signal by its name, as "killed" or "SIGKILL".
func signalNumber(name string) int {
	for n := syscall.Signal(1); n < 65; n++ {
		if n.String() == name || "SIG"+strings.ToUpper(n.String()) == name {
			return int(n)
		}
	}
	if name == "SIGKILL" {
		return int(syscall.SIGKILL)
	}
	if name == "SIGSYS" {
		return 31
	}
	return 0
}

// isDevice says that file is a terminal or another device, where a person may be.
func isDevice(file *os.File) bool {
	info, err := file.Stat()
	return err != nil || info.Mode()&os.ModeCharDevice != 0
}
