// Package total adds.
package total

// Total is the sum of xs.
func Total(xs []int) int {
	sum := 0
	for _, x := range xs {
		sum += x
	}
	return sum
}
