// want: doubles "2"
package double

// Double returns n.
func Double(n int) int { return n }
