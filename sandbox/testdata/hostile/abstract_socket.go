// Connects to an abstract socket, which no file system hides.
// status: ok
// says: HELD abstract
// control: plain

package main

import (
	"net"
	"os"
)

func main() {
	_, err := net.Dial("unix", os.Args[abstract])
	try("abstract", err)
}
