// Command probe calls Double and reports what it returned.
package main

import (
	double "exercise"
	"tutor/probe"
)

func main() {
	probe.Main(map[string]probe.Func{
		"Double": func(a probe.Args) (any, error) { return double.Double(a.Int(0)), nil },
	})
}
