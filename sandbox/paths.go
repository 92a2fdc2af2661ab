package sandbox

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ModulePath is what the import paths of a program begin with whose files lie in
// folders and that has no go.mod. Go keeps it free for this.
const ModulePath = "example"

// Bounds of the files of a Job.
const (
	MaxFiles      = 64
	MaxFilesBytes = 256 << 10 // of all together
)

// Bounds of the names of files.
const (
	maxFolders = 8
	maxPath    = 200 // bytes
	maxElement = 64  // bytes, of one folder or file
)

// PathProblem says what is wrong with the path of a file in a Job, in words
// that follow it; "" when it lies below the top and means the same on every
// system. Which names a file may have there is for others to say.
func PathProblem(name string) string {
	switch {
	case name == "":
		return "is empty"
	case !utf8.ValidString(name):
		return "is not UTF-8"
	case strings.ContainsRune(name, 0):
		return "holds a zero byte"
	case strings.Contains(name, `\`):
		return "has a backslash: folders are written with /"
	case name[0] == '/' || len(name) > 1 && name[1] == ':':
		return "is absolute: paths begin at the top of the program"
	case len(name) > maxPath:
		return fmt.Sprintf("has %d bytes; at most %d are allowed", len(name), maxPath)
	}
	parts := strings.Split(name, "/")
	for _, part := range parts {
		switch {
		case part == "":
			return "has an empty name between two slashes, or ends in one"
		case part == "." || part == "..":
			return "has the folder " + part + ": paths lead down from the top of the program"
		case len(part) > maxElement && len(parts) > 1:
			return fmt.Sprintf("has a name of %d bytes; at most %d are allowed", len(part), maxElement)
		case deviceName(part):
			return "has a name that Windows takes for a device, " + part
		}
	}
	if n := len(parts) - 1; n > maxFolders {
		return fmt.Sprintf("lies %d folders deep; at most %d are allowed", n, maxFolders)
	}
	return ""
}

// deviceName says whether Windows, where somebody may unpack it, takes the name
// for a device.
func deviceName(name string) bool {
	switch base, _, _ := strings.Cut(strings.ToUpper(name), "."); base {
	case "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
		"LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9":
		return true
	}
	return false
}

// Clash names a file or folder that has the name of one of the files but for
// capital letters, or that is a folder to one and a file to another; which
// cannot lie beside each other everywhere. It is "" when there is none.
func Clash(files []File) string {
	type entry struct {
		name   string
		folder bool
	}
	seen := map[string]entry{}
	for _, f := range files {
		for at := 0; at <= len(f.Name); at++ {
			if at < len(f.Name) && f.Name[at] != '/' {
				continue
			}
			e := entry{f.Name[:at], at < len(f.Name)}
			fold := strings.ToLower(e.name)
			if old, ok := seen[fold]; ok && (old != e || !e.folder) {
				return e.name
			}
			seen[fold] = e
		}
	}
	return ""
}

// IsData says whether a file is one that programs and tests read: it lies in a
// folder testdata.
func IsData(name string) bool {
	return strings.HasPrefix(name, "testdata/") || strings.Contains(name, "/testdata/")
}
