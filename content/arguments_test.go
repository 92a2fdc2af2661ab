package content

import (
	"slices"
	"strings"
	"testing"
)

// The pairs are what a POSIX shell makes of the lines.
func TestSplitArgs(t *testing.T) {
	for line, want := range map[string][]string{
		"":                      nil,
		"  a\tb ":               {"a", "b"},
		`'two words' "and two"`: {"two words", "and two"},
		`'' ""`:                 {"", ""},
		`a'b'"c"d`:              {"abcd"},
		`'it"s' "it's"`:         {`it"s`, "it's"},
		`a\ b \' \\`:            {"a b", "'", `\`},
		`"a\"b\\c\d" '\'`:       {`a"b\c\d`, `\`},
		`-run='TestÄ b' ü`:      {"-run=TestÄ b", "ü"},
		"$HOME *":               {"$HOME", "*"},
	} {
		if got, err := SplitArgs(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	for line, want := range map[string]string{
		`it's`:      "the quote ' at character 3 is not closed",
		`ü "a \" b`: `the quote " at character 3 is not closed`,
		`a\`:        `write \\`,
	} {
		if got, err := SplitArgs(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
}
