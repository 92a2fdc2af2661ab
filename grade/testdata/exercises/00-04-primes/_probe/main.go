package main

import (
	primes "exercise"
	"tutor/probe"
)

func main() {
	probe.Main(map[string]probe.Func{
		"Count": func(a probe.Args) (any, error) { return primes.Count(a.Int(0)), nil },
	})
}
