// Follows a pointer to nowhere.
// status: runtime_error
// dump: invalid memory address
// control: none, it shows nothing

package main

func main() {
	var p *int
	println(*p)
}
