// Locks thousands of threads.
// status: process_limit
// control: none, it would take all there are

package main

import (
	"runtime"
	"sync"
)

func main() {
	var wait sync.WaitGroup
	for range 5000 {
		wait.Add(1)
		go func() { runtime.LockOSThread(); wait.Done(); select {} }()
	}
	wait.Wait()
}
