// Starts a million goroutines with something to keep.
// status: memory_limit
// limits: wall=60s cpu=30s
// control: none, it would take all there is

package main

func main() {
	never := make(chan int)
	for range 1000000 {
		go func() {
			var keep [8192]byte
			keep[<-never] = 1
			println(keep[0])
		}()
	}
	<-never
}
