// Makes files for ever.
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
	for i := 0; ; i++ {
		f, err := os.Create("/tmp/" + strconv.Itoa(i))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		f.Close()
	}
}
