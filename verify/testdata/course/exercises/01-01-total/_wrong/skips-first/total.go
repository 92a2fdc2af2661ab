// want: sum "left out"

// Package total adds.
package total

// Total is the sum of xs.
func Total(xs []int) int {
	sum := 0
	for i := 1; i < len(xs); i++ {
		sum += xs[i]
	}
	return sum
}
