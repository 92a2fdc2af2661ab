package main

import (
	guess "exercise"
	"tutor/probe"
)

func main() {
	probe.Main(map[string]probe.Func{
		"Next": func(a probe.Args) (any, error) { return guess.Next(a.Int(0), a.Int(1)), nil },
	})
}
