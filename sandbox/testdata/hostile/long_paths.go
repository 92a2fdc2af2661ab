// Opens paths of thousands of parts.
// status: ok
// says: HELD path
// control: none, it shows nothing

package main

import (
	"os"
	"strings"
)

func main() {
	_, err := os.Open("/tmp" + strings.Repeat("/.", 4000) + "/x")
	try("path", err)
	_, err = os.Open(strings.Repeat("../", 1000) + os.Args[secret])
	try("secret", err)
	_, err = os.Open("/tmp/\x00" + os.Args[secret])
	try("nul", err)
}
