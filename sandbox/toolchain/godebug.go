package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// debugSetting is a setting that a //go:debug line may name.
type debugSetting struct {
	Name    string `json:"name"`
	Changed int    `json:"changed,omitempty"` // the minor version that changed its default
	Old     string `json:"old,omitempty"`     // the default before that
}

var (
	debugRow     = regexp.MustCompile(`\{Name: "([^"]+)"([^}]*)\}`)
	debugChanged = regexp.MustCompile(`Changed: (\d+), Old: "([^"]*)"`)
)

// debugSettings reads the table of the installed toolchain's own source.
func debugSettings(root string) ([]debugSetting, error) {
	text, err := os.ReadFile(filepath.Join(root, "src", "internal", "godebugs", "table.go"))
	if err != nil {
		return nil, fmt.Errorf("read the table of debug settings: %w", err)
	}
	var list []debugSetting
	for _, row := range debugRow.FindAllStringSubmatch(string(text), -1) {
		s := debugSetting{Name: row[1]}
		if m := debugChanged.FindStringSubmatch(row[2]); m != nil {
			s.Changed, _ = strconv.Atoi(m[1])
			s.Old = m[2]
		}
		list = append(list, s)
	}
	return list, nil
}

// debugDefault turns the lines //go:debug KEY=VALUE of package main into what
// the linker puts into the program, or says what is wrong with one.
func debugDefault(settings []debugSetting, lines []string) (string, error) {
	var out []string
	seen := map[string]bool{}
	for _, line := range lines {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		switch {
		case !ok:
			return "", fmt.Errorf("missing key=value")
		case strings.ContainsAny(key, " \t"):
			return "", fmt.Errorf("key contains space")
		case strings.ContainsAny(value, " \t"):
			return "", fmt.Errorf("value contains space")
		case strings.ContainsAny(key, ",\"`'"):
			return "", fmt.Errorf("key contains comma or quote")
		case strings.ContainsAny(value, ",\"`'"):
			return "", fmt.Errorf("value contains comma or quote")
		case seen[key]:
			return "", fmt.Errorf("repeated //go:debug for %s", key)
		}
		seen[key] = true
		settled, err := debugOne(settings, key, value)
		if err != nil {
			return "", err
		}
		out = append(out, settled...)
	}
	return strings.Join(out, ","), nil
}

func debugOne(settings []debugSetting, key, value string) ([]string, error) {
	if key == "default" {
		minor := minorVersion(value)
		if minor == 0 {
			return nil, fmt.Errorf("value for default= must be goVERSION")
		}
		var out []string
		for _, s := range settings {
			if s.Changed > minor {
				out = append(out, s.Name+"="+s.Old)
			}
		}
		return out, nil
	}
	for _, s := range settings {
		if s.Name == key {
			return []string{key + "=" + value}, nil
		}
	}
	return nil, fmt.Errorf("unknown //go:debug setting %q", key)
}
