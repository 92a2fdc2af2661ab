// Waits for itself.
// status: deadlock
// control: none, it shows nothing

package main

func main() {
	c := make(chan int)
	<-c
}
