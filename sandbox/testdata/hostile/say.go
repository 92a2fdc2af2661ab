// This file is part of every program here that has a single file. Its words
// are what the test looks for: HARM of an attack that got through, HELD of one
// that was refused.

package main

import "fmt"

// The arguments that every program is given, all of the host's.
const (
	secret   = 1 // a file that anybody may read
	listener = 2 // host:port of a TCP listener on the loopback interface
	victim   = 3 // number of a process of the same user
	folder   = 4 // one that anybody may write to
	abstract = 5 // name of an abstract unix socket that is listened on
)

// try says what an attempt came to.
func try(what string, err error) {
	if err == nil {
		fmt.Println("HARM", what)
		return
	}
	fmt.Println("HELD", what, err)
}
