// Command target is what the tests of jail confine: it does the one thing
// that its first argument names and says what came of it.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	name := "hello"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	act, ok := acts[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such act:", name)
		os.Exit(64)
	}
	act(os.Args[2:])
}

var acts = map[string]func(args []string){
	"nothing": func([]string) {},
	"hello":   func([]string) { fmt.Println("hello") },
	"exit":    func([]string) { os.Exit(3) },
	"copy": func(args []string) {
		data, err := os.ReadFile(args[0])
		if err == nil {
			err = os.WriteFile(args[1], data, 0o644)
		}
		report(err)
	},
	"env": func([]string) {
		host, _ := os.Hostname()
		dir, _ := os.Getwd()
		fmt.Println(os.Getpid(), os.Getuid(), host, dir, strings.Join(os.Environ(), ","))
	},
}

// report ends the program saying what an attempt came to.
func report(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
