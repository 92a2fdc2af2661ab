// Command probe calls Total.
package main

import (
	total "exercise"
	"tutor/probe"
)

func main() {
	probe.Main(map[string]probe.Func{
		"Total": func(a probe.Args) (any, error) { return total.Total(a.Ints(0)), nil },
	})
}
