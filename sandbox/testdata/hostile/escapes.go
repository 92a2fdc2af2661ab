// Prints what a terminal or a browser would act on.
// status: ok
// says: �
// control: none, it is allowed

package main

import (
	"fmt"
)

func main() {
	fmt.Print("\x1b]0;title\x07\x1b[2J\x00\xff\xfe</script><img src=x onerror=alert(1)>\u202e\n")
}
