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
	maxFiles     = sandbox.MaxFiles
	maxFileBytes = 64 << 10
	maxAllBytes  = sandbox.MaxFilesBytes
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

// checkTree refuses files of a job by their number, sizes, paths and names.
// Tests are files of a job of tests.
func checkTree(files []sandbox.File, tests bool) []sandbox.Diagnostic {
	check := checkName
	if tests {
		check = checkGoName
	}
	if problems := checkFiles(files, inFolders(check)); len(problems) > 0 {
		return problems
	}
	if name := sandbox.Clash(files); name != "" {
		return []sandbox.Diagnostic{refusal(name, 0, 0, "duplicate",
			"%s is the name of two folders, or of a file and a folder (capital letters make no difference here): rename one", name)}
	}
	return nil
}

// folderPattern is the name of a folder of packages, as it may stand in an
// import path.
var folderPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$`)

// inFolders is check for files that lie in folders or not, and for what else a
// program is made of: files of testdata and go.mod at its top.
func inFolders(check func(string) (sandbox.Diagnostic, bool)) func(string) (sandbox.Diagnostic, bool) {
	return func(name string) (sandbox.Diagnostic, bool) {
		if name == goMod {
			return sandbox.Diagnostic{}, false
		}
		shown := shownFile(name)
		refuse := func(code, format string, args ...any) (sandbox.Diagnostic, bool) {
			return refusal(shown, 0, 0, code, format, args...), true
		}
		if why := sandbox.PathProblem(name); why != "" {
			return refuse("name", "the file name %q %s", shown, why)
		}
		rest := name
		for {
			if strings.HasPrefix(rest, testdata) {
				return checkDataName(rest, shown)
			}
			folder, below, found := strings.Cut(rest, "/")
			if !found {
				break
			}
			switch {
			case folder == "vendor":
				return refuse("name", "%q lies in a folder vendor: modules come with the course, and others are not built", shown)
			case !folderPattern.MatchString(folder):
				return refuse("name", "%q is not accepted: the name of a folder begins with a letter or digit and has letters, digits, _, - and dots", shown)
			}
			rest = below
		}
		if rest == goMod {
			return refuse("module", "%q would make a module of its own of its folder: a program is one module, with go.mod at its top", shown)
		}
		d, bad := check(rest)
		d.File = shown
		return d, bad
	}
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
	case slices.Contains([]string{"go.sum", "go.work", "go.work.sum"}, name):
		return refusal(shown, 0, 0, "module", "%q is not accepted: a program is one module, and nothing is downloaded for it; leave the file out", shown), true
	case !namePattern.MatchString(name), sandbox.PathProblem(name) != "":
		return refusal(shown, 0, 0, "name", "%q is not accepted as a file name: use letters, digits, _ and -, then .go", shown), true
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

// orData is check for files that are none of testdata.
func orData(check func(string) (sandbox.Diagnostic, bool)) func(string) (sandbox.Diagnostic, bool) {
	return func(name string) (sandbox.Diagnostic, bool) {
		if strings.HasPrefix(name, testdata) {
			return checkDataName(name, shownFile(name))
		}
		return check(name)
	}
}

// checkDataName refuses what is not the name of a file of testdata.
func checkDataName(name, shown string) (d sandbox.Diagnostic, bad bool) {
	if sandbox.PathProblem(name) != "" || !dataPattern.MatchString(name) {
		return refusal(shown, 0, 0, "name",
			"%q is not accepted as a file of testdata: use at most four folders below it, and letters, digits, _, -, # and dots", shown), true
	}
	return d, false
}
