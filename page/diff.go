package page

import "strings"

// fileDiff is what changed in one file, line by line.
type fileDiff struct {
	Name  string
	Lines []diffLine
}

type diffLine struct {
	Class string // "", add, del
	Mark  string // " ", "+", "-"
	Text  string
}

func fileDiffs(changes []FileChange) []fileDiff {
	var list []fileDiff
	for _, c := range changes {
		list = append(list, fileDiff{c.Name, diffLines(splitLines(c.Old), splitLines(c.New))})
	}
	return list
}

func splitLines(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }

// diffLines shows b as a change of a: the longest common lines are kept. It
// takes time and memory of the product of both, which is fine for a starter.
func diffLines(a, b []string) []diffLine {
	long := commonLengths(a, b)
	var list []diffLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			list = append(list, diffLine{"", " ", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && long[i+1][j] >= long[i][j+1]:
			list = append(list, diffLine{"del", "-", a[i]})
			i++
		default:
			list = append(list, diffLine{"add", "+", b[j]})
			j++
		}
	}
	return list
}

// commonLengths gives the length of the longest common subsequence of every
// pair of tails.
func commonLengths(a, b []string) [][]int {
	long := make([][]int, len(a)+1)
	for i := range long {
		long[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	return long
}
