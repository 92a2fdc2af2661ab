// Calls itself for ever.
// status: runtime_error
// dump: stack overflow
// control: none, it shows nothing

package main

func deeper(n int) int {
	return deeper(n+1) + 1
}

func main() {
	println(deeper(0))
}
