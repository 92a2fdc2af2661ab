package toolchain

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"course/tutor/sandbox"
)

// What a learner may hand in.
const (
	maxFiles     = 64
	maxFileBytes = 64 << 10
	maxAllBytes  = 256 << 10
)

// namePattern is a plain file name: no path, nothing that starts like a flag
// or that the go command would leave out.
var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.go$`)

// checkFiles refuses files by their number, sizes and names, of which checkName
// says what is wrong.
func checkFiles(files []sandbox.File, checkName func(string) (sandbox.Diagnostic, bool)) []sandbox.Diagnostic {
	if len(files) == 0 {
		return []sandbox.Diagnostic{refusal("", 0, 0, "empty", "there is nothing to run: the submission has no files")}
	}
	if len(files) > maxFiles {
		return []sandbox.Diagnostic{refusal("", 0, 0, "too-many", "%d files are too many: at most %d are accepted", len(files), maxFiles)}
	}
	var out []sandbox.Diagnostic
	total, seen := 0, map[string]bool{}
	for _, f := range files {
		total += len(f.Content)
		if d, bad := checkName(f.Name); bad {
			out = append(out, d)
			continue
		}
		if folded := strings.ToLower(f.Name); seen[folded] {
			out = append(out, refusal(f.Name, 0, 0, "duplicate", "there are two files named %s (capital letters make no difference here): rename one", f.Name))
		} else {
			seen[folded] = true
		}
		if len(f.Content) > maxFileBytes {
			out = append(out, refusal(f.Name, 0, 0, "size", "%s has %d bytes: at most %d are accepted in a file", f.Name, len(f.Content), maxFileBytes))
		}
	}
	if total > maxAllBytes {
		out = append(out, refusal("", 0, 0, "total-size", "the files have %d bytes together: at most %d are accepted", total, maxAllBytes))
	}
	return out
}

// checkName refuses what is not the name of a Go file of a program.
func checkName(name string) (d sandbox.Diagnostic, bad bool) {
	if shown := shownFile(name); strings.HasSuffix(name, "_test.go") {
		return refusal(shown, 0, 0, "test-file", "%q is a test file: a program is made of other files", shown), true
	}
	return checkGoName(name)
}

// checkGoName refuses what is not the name of a Go file, tests being fine.
func checkGoName(name string) (d sandbox.Diagnostic, bad bool) {
	shown := shownFile(name)
	switch {
	case strings.HasSuffix(name, ".s"), strings.HasSuffix(name, ".S"):
		return refusal(shown, 0, 0, "assembly", "%q is assembly, which is not built here: write the function in Go", shown), true
	case strings.HasSuffix(name, ".syso"):
		return refusal(shown, 0, 0, "object", "%q is an object file, which is not linked here: a program is made of .go files only", shown), true
	case slices.Contains([]string{"go.mod", "go.sum", "go.work", "go.work.sum"}, name):
		return refusal(shown, 0, 0, "module", "%q is not accepted: the module is ours, and programs use the standard library", shown), true
	case !namePattern.MatchString(name), reserved(name):
		return refusal(shown, 0, 0, "name", "%q is not accepted as a file name: use letters, digits, _ and -, then .go, without folders", shown), true
	}
	return sandbox.Diagnostic{}, false
}

// shownFile is a name that is fit to be shown.
func shownFile(name string) string {
	shown := strings.ToValidUTF8(name, "\uFFFD")
	if utf8.RuneCountInString(shown) > 80 {
		shown = string([]rune(shown)[:80]) + "..."
	}
	return shown
}

// testdata is the folder of files that programs and tests read.
const testdata = "testdata/"

// dataPattern is the path of a file of testdata, in folders or not.
var dataPattern = regexp.MustCompile(`^testdata(/[A-Za-z0-9][A-Za-z0-9._#-]{0,60}){1,5}$`)

// checkTestName refuses what is neither a Go file nor one of testdata.
func checkTestName(name string) (d sandbox.Diagnostic, bad bool) {
	return orData(checkGoName)(name)
}

// orData is check for files that are none of testdata.
func orData(check func(string) (sandbox.Diagnostic, bool)) func(string) (sandbox.Diagnostic, bool) {
	return func(name string) (sandbox.Diagnostic, bool) {
		if strings.HasPrefix(name, testdata) {
			return checkDataName(name)
		}
		return check(name)
	}
}

// checkDataName refuses what is not the name of a file of testdata.
func checkDataName(name string) (d sandbox.Diagnostic, bad bool) {
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || reserved(part)
	}
	if shown := shownFile(name); bad || !dataPattern.MatchString(name) {
		return refusal(shown, 0, 0, "name",
			"%q is not accepted as a file of testdata: use at most four folders below it, and letters, digits, _, -, # and dots", shown), true
	}
	return d, false
}

// reserved says whether Windows, where somebody may unpack it, takes the name
// for a device.
func reserved(name string) bool {
	switch base, _, _ := strings.Cut(strings.ToUpper(name), "."); base {
	case "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
		"LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9":
		return true
	}
	return false
}
