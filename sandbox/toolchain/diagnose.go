package toolchain

import (
	"regexp"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// maxDiagnostics bounds what one build says; the compiler itself stops at ten
// errors.
const maxDiagnostics = 32

// maxMessage bounds one message: names may be as long as a file.
const maxMessage = 2 << 10

var (
	compilerLine = regexp.MustCompile(`^([^:\t]+\.go):(\d+):(?:(\d+):)? (.*)$`)
	// insidePath is a file as it lies in the build jail, or in the folder
	// that stands in for it.
	insidePath = regexp.MustCompile(`[^\s:;"'()]*/src/\d+/[^\s:/]+\.go\b`)
)

// parseDiagnostics reads what compiler and linker said. Lines that start with
// a tab go on with the message before them.
func parseDiagnostics(said string, names map[string]string) []sandbox.Diagnostic {
	var out []sandbox.Diagnostic
	for line := range strings.Lines(said) {
		line = insidePath.ReplaceAllStringFunc(strings.TrimRight(line, "\r\n"), func(path string) string {
			return shownName(path, names)
		})
		switch {
		case line == "":
		case strings.HasPrefix(line, "\t") && len(out) > 0:
			out[len(out)-1].Message += "\n" + line
		case len(out) == maxDiagnostics:
			return finishDiagnostics(out)
		default:
			out = append(out, diagnostic(line))
		}
	}
	return finishDiagnostics(out)
}

func diagnostic(line string) sandbox.Diagnostic {
	m := compilerLine.FindStringSubmatch(line)
	if m == nil {
		return sandbox.Diagnostic{Message: line}
	}
	d := sandbox.Diagnostic{File: m[1], Message: m[4]}
	d.Line, _ = strconv.Atoi(m[2])
	d.Col, _ = strconv.Atoi(m[3])
	return d
}

// shownName is the name by which people know a file of the build.
func shownName(path string, names map[string]string) string {
	path = path[strings.LastIndex(path, "/src/"):]
	if name, ok := names[path]; ok {
		return name
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

func finishDiagnostics(list []sandbox.Diagnostic) []sandbox.Diagnostic {
	for i := range list {
		d := &list[i]
		d.Message = strings.ToValidUTF8(d.Message, "\uFFFD")
		if len(d.Message) > maxMessage {
			d.Message = strings.ToValidUTF8(d.Message[:maxMessage], "") + "..."
		}
		explain(d)
	}
	return list
}

// lesson is what we add to a message of the toolchain.
type lesson struct {
	pattern *regexp.Regexp
	code    string // the name go/types gives the error, where it is sure
	text    string
}

// lessons are for the errors that beginners meet most; the first that fits
// counts.
var lessons = []lesson{
	{regexp.MustCompile(`^declared and not used: `), "UnusedVar", "Go refuses a local variable that nothing reads. Use it, delete it, or assign to _ instead."},
	{regexp.MustCompile(`imported and not used`), "UnusedImport", "Go refuses an import that nothing uses. Delete the import, or use the package."},
	{regexp.MustCompile(`^undefined: `), "UndeclaredName", "Nothing of this name can be seen here. Check the spelling and the capital letters, whether it is declared, and whether its package is imported."},
	{regexp.MustCompile(`^undefined: .*\(type .* has no field or method`), "MissingFieldOrMethod", "The type has nothing of this name. Names are case-sensitive, and only those with a capital letter can be used from other packages."},
	{regexp.MustCompile(`has no field or method`), "MissingFieldOrMethod", "The type has nothing of this name. Names are case-sensitive, and only those with a capital letter can be used from other packages."},
	{regexp.MustCompile(`^missing return$`), "MissingReturn", "Every way through a function with a result must end in a return (or panic, or loop for ever)."},
	{regexp.MustCompile(`does not implement`), "", "A type implements an interface by having all of its methods, with exactly these signatures. A method on *T is not a method of T."},
	{regexp.MustCompile(`^cannot use .* as .* value in `), "", "The value has another type than is wanted here. Convert it as T(x) if that makes sense, or change one of the two types."},
	{regexp.MustCompile(`^invalid operation: .*mismatched types`), "MismatchedTypes", "Go does not convert numbers by itself. Convert one side, as in float64(n)."},
	{regexp.MustCompile(`^not enough arguments in call|^too many arguments in call`), "WrongArgCount", "The call and the function's parameters differ in number: below, have is what you wrote and want is what the function takes."},
	{regexp.MustCompile(`^too many return values|^not enough return values`), "WrongResultCount", "The return and the function's results differ in number: below, have is what you wrote and want is what was declared."},
	{regexp.MustCompile(`^assignment mismatch`), "WrongAssignCount", "There must be as many names on the left as values on the right. A function that returns (value, error) fills two."},
	{regexp.MustCompile(`^no new variables on left side of :=`), "NoNewVar", "All of these names exist already: use = to give them new values."},
	{regexp.MustCompile(`redeclared in this block`), "DuplicateDecl", "Two things of one name in one block. Rename or delete one; use = to change a variable."},
	{regexp.MustCompile(`^syntax error: unexpected newline`), "", "The line ends too early. An opening brace belongs on the same line, and a list over several lines needs a comma at the end of each."},
	{regexp.MustCompile(`^syntax error: non-declaration statement outside function body`), "", "Outside functions there are only declarations: use var name = value instead of :=, and move statements into a function."},
	{regexp.MustCompile(`^syntax error: `), "", "Go could not read the program from here on. The mistake is here or shortly before: a missing brace, parenthesis, comma or quote."},
	{regexp.MustCompile(`function main is undeclared in the main package`), "", "A program starts in func main() of package main: add it."},
	{regexp.MustCompile(`is not a main package$`), "", "Only package main can be run: the first line of every file should be: package main."},
	{regexp.MustCompile(`^(package .* is not in std|no required module provides package)`), "", "Only the standard library can be imported here. Check the spelling of the path."},
	{regexp.MustCompile(`^use of internal package`), "", "Packages with internal in their path are for the standard library itself."},
	{regexp.MustCompile(`instantiation cycle`), "InvalidInstanceCycle", "The type parameters need ever larger types: the compiler would never be done."},
	{regexp.MustCompile(`invalid recursive type`), "InvalidDeclCycle", "A type cannot contain itself, or it would be endless. Put a pointer, slice or map in between."},
	{regexp.MustCompile(`^import cycle not allowed`), "", "Packages cannot import each other in a circle. Move what both need into a third."},
}

// explain adds a lesson to a diagnostic, if there is one for it.
func explain(d *sandbox.Diagnostic) {
	for _, l := range lessons {
		if l.pattern.MatchString(d.Message) {
			d.Explain = l.text
			if d.Code == "" {
				d.Code = l.code
			}
			return
		}
	}
}
