// Computes for ever.
// status: time_limit
// limits: wall=1s
// dump: spin.go:
// control: none, it would not end

package main

func main() {
	for i := 0; i >= 0; i++ {
	}
}
