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
	// codeAtEnd is how the compiler gives, with -errorurl, the code of an
	// error; it stands at the end of the first line, before what is said of the
	// version of Go that the file is for.
	codeAtEnd = regexp.MustCompile(` \[go\.dev/e/(\w+)\]( \((?:-lang was set to|file declares //go:build) [^()]*\))?$`)
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
	if at := codeAtEnd.FindStringSubmatchIndex(d.Message); at != nil {
		d.Code, d.Message = d.Message[at[2]:at[3]], d.Message[:at[0]]+d.Message[at[3]+1:]
	}
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
	}
	return explainAll(list)
}
