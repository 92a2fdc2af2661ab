package main

import (
	"exercise"
	"tutor/probe"
)

func main() {
	probe.Main(map[string]probe.Func{
		"Sum": func(a probe.Args) (any, error) { return ex.Sum(a.Ints(0)), nil },
	})
}
