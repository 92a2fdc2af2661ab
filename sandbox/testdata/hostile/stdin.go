// Waits for input that never comes.
// status: ok
// says: EOF
// control: none, it shows nothing

package main

import (
	"fmt"
	"os"
)

func main() {
	_, err := os.Stdin.Read(make([]byte, 1))
	fmt.Println(err)
}
