// Computes for ever on every thread it can get.
// status: time_limit
// limits: cpu=1s
// control: none, it would not end

package main

func main() {
	for range 16 {
		go func() {
			for i := 0; i >= 0; i++ {
			}
		}()
	}
	select {}
}
