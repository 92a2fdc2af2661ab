package content

import (
	"fmt"
	"maps"
	"slices"
)

// suggestion names the known word nearest to a mistyped one, or else gives
// the general advice.
func suggestion(word string, known []string, otherwise string) string {
	best, bestAt := "", 3
	for _, k := range known {
		if d := distance(word, k); d < bestAt && d < len(k) {
			best, bestAt = k, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that make b of a. Words longer than 40 bytes are far from all.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 100
	}
	var before, prev []int
	for i := range len(a) + 1 {
		row := make([]int, len(b)+1)
		for j := range row {
			row[j] = step(a, b, i, j, before, prev, row)
		}
		before, prev = prev, row
	}
	return prev[len(b)]
}

// step is one field of the table that distance fills row by row.
func step(a, b string, i, j int, before, prev, row []int) int {
	if i == 0 || j == 0 {
		return i + j
	}
	cost := 1
	if a[i-1] == b[j-1] {
		cost = 0
	}
	d := min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
	if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
		d = min(d, before[j-2]+1)
	}
	return d
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
