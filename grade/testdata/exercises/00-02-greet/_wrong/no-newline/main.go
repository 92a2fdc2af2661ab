// want: greets "It printed something else"

package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func main() {
	names := 0
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); names++ {
		text := fmt.Sprintf("Hello, %s!", lines.Text())
		if len(os.Args) > 1 {
			text = strings.ToUpper(text)
		}
		fmt.Print(text, " ")
	}
	if names == 0 {
		os.Exit(3)
	}
}
