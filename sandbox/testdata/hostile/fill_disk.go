// Fills its folder.
// status: disk_limit
// says: no space left
// control: none, it would fill the disk

package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	block := make([]byte, 1<<20)
	for i := 0; ; i++ {
		if err := os.WriteFile("/tmp/"+strconv.Itoa(i), block, 0o600); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}
