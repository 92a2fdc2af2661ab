// Makes folders in folders.
// status: ok, disk_limit
// control: none, it would be hard to remove

package main

import (
	"fmt"
	"os"
)

func main() {
	for {
		if err := os.Mkdir("d", 0o700); err != nil {
			fmt.Println("HELD", err)
			return
		}
		if err := os.Chdir("d"); err != nil {
			fmt.Println("HELD", err)
			return
		}
	}
}
