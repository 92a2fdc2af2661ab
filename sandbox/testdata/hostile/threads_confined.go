// Looks whether any thread is less confined than the others.
// status: ok
// says: checked
// control: plain

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

func main() {
	var wait sync.WaitGroup
	for range 10 {
		wait.Add(1)
		go func() { runtime.LockOSThread(); wait.Done(); select {} }()
	}
	wait.Wait()
	files, _ := filepath.Glob("/proc/[0-9]*/task/*/status")
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for _, want := range []string{"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"} {
			if !strings.Contains(string(data), want) {
				fmt.Println("HARM", f, "lacks", want)
			}
		}
	}
	fmt.Println("checked", len(files) > 10)
}
