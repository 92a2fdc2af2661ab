// Package total adds.
package total

// Total is the sum of xs.
func Total(xs []int) int {
	return 0
}
