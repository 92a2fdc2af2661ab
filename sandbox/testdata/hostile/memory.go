// Takes memory and uses it, for ever.
// status: memory_limit
// limits: wall=60s cpu=30s
// control: none, it would take all there is

package main

var kept [][]byte

func main() {
	for {
		b := make([]byte, 1<<20)
		for i := range b {
			b[i] = byte(i)
		}
		kept = append(kept, b)
	}
}
