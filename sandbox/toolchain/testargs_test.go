package toolchain

import (
	"strings"
	"testing"
)

func TestWithoutCount(t *testing.T) {
	for args, want := range map[string]string{
		"":                         "",
		"-count=3":                 "",
		"-count 3 -run X":          "-run X",
		"-run X --test.count=3":    "-run X",
		"-short -bench . -count=2": "-short -bench .",
		"-bench X -args -count=2":  "-bench X -args -count=2",
		"word -count=2":            "word -count=2",
		"-run -count -count 3":     "-run -count",
	} {
		if got := strings.Join(withoutCount(strings.Fields(args)), " "); got != want {
			t.Errorf("%s: %s, want %s", args, got, want)
		}
	}
}
