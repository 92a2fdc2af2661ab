package site

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"course/tutor/sandbox"
)

// The bounds of what is sent to us.
const (
	maxBody  = 1 << 20   // bytes of a request
	maxFiles = 64        // files of one run, check or draft
	maxFile  = 64 << 10  // bytes of one file
	maxTotal = 256 << 10 // bytes of all of them
	maxName  = 100       // bytes of a file name
	maxArgs  = 64        // arguments, and variables, of one run
	maxText  = 4 << 10   // bytes of one answer, argument or variable
	maxStdin = 256 << 10 // bytes of input of one run
)

// checkFiles refuses a set of files that can't be saved or run.
func checkFiles(files []sandbox.File) error { return checkFilesBy(files, badName) }

// checkRunFiles is checkFiles for what may be run, whose files may lie in folders.
func checkRunFiles(files []sandbox.File) error {
	if err := checkFilesBy(files, badRunName); err != nil {
		return err
	}
	if name := sandbox.Clash(files); name != "" {
		return fail("bad-name", "%s is the name of two folders, or of a file and a folder; capital letters make no difference. Give each a name of its own.", name)
	}
	return nil
}

func checkFilesBy(files []sandbox.File, badName func(string) string) error {
	if len(files) == 0 {
		return fail("empty", "The list of files is empty. Send at least one, as {\"files\":[{\"name\":\"main.go\",\"content\":\"package main ...\"}]}.")
	}
	if len(files) > maxFiles {
		return over("files", maxFiles, len(files), "There are %d files; at most %d are taken. Put some of them together.", len(files), maxFiles)
	}
	total, seen := 0, map[string]bool{}
	for _, f := range files {
		if err := checkFile(f, badName); err != nil {
			return err
		}
		if fold := strings.ToLower(f.Name); seen[fold] {
			return fail("bad-name", "Two files are called %s. Give each a name of its own.", f.Name)
		} else {
			seen[fold] = true
		}
		total += len(f.Content)
	}
	if total > maxTotal {
		return over("total", maxTotal, total, "The files hold %s bytes together; at most %s (256 KiB) are taken.", grouped(total), grouped(maxTotal))
	}
	return nil
}

func checkFile(f sandbox.File, badName func(string) string) error {
	if why := badName(f.Name); why != "" {
		return fail("bad-name", "The file name %q %s. Use a plain name such as main.go.", clip(f.Name, maxName), why)
	}
	if len(f.Content) > maxFile {
		return over("file", maxFile, len(f.Content), "%s holds %s bytes; a file may have at most %s (64 KiB).", f.Name, grouped(len(f.Content)), grouped(maxFile))
	}
	if at := invalidUTF8([]byte(f.Content)); at >= 0 {
		return fail("not-utf8", "%s: byte %d is 0x%02x, which is not UTF-8. Save the file as UTF-8 and send it again.", f.Name, at, f.Content[at])
	}
	return nil
}

// badName says what is wrong with a file name; "" when it is a plain name that
// means the same on every system.
func badName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case len(name) > maxName:
		return fmt.Sprintf("has %d bytes; at most %d are allowed", len(name), maxName)
	case !utf8.ValidString(name):
		return "is not UTF-8"
	case strings.ContainsAny(name, `/\`):
		return "is a path: files are in one folder"
	case name[0] == '.' || name[0] == '-':
		return fmt.Sprintf("starts with %q", name[0])
	case strings.HasSuffix(name, "."):
		return "ends with a dot"
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.+", r) {
			return fmt.Sprintf("holds %q", r)
		}
	}
	return ""
}

// badRunName is badName for what may lie in folders, of which each has a plain
// name.
func badRunName(name string) string {
	if why := sandbox.PathProblem(name); why != "" {
		return why
	}
	if len(name) > maxName {
		return badName(name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if why := badName(part); why != "" {
			return why
		}
	}
	return ""
}

// checkAnswers bounds the answers to an exercise's questions.
func checkAnswers(answers map[string]string) error {
	if len(answers) > maxArgs {
		return over("answers", maxArgs, len(answers), "There are %d answers; at most %d are taken.", len(answers), maxArgs)
	}
	for id, text := range answers {
		if len(text) > maxText {
			return over("answer", maxText, len(text), "The answer to %s holds %s bytes; at most %s are taken.", clip(id, maxName), grouped(len(text)), grouped(maxText))
		}
	}
	return nil
}

// checkTexts bounds arguments or variables.
func checkTexts(name string, texts []string) error {
	if len(texts) > maxArgs {
		return over(name, maxArgs, len(texts), "%s has %d entries; at most %d are taken.", name, len(texts), maxArgs)
	}
	for _, text := range texts {
		if len(text) > maxText {
			return over(name, maxText, len(text), "An entry of %s holds %s bytes; at most %s are taken.", name, grouped(len(text)), grouped(maxText))
		}
		if strings.ContainsRune(text, 0) {
			return fail("bad-request", "An entry of %s holds a zero byte, which no program can be given.", name)
		}
	}
	return nil
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// clip shortens text for a sentence.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
