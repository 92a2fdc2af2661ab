// Command load runs one program of a known shape under the execution tracer:
// load NAME TRACE PROCS. The test builds it with a runtime that logs where
// each goroutine was when a P took it.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"syscall"
	"time"
)

var loads = map[string]func(){
	"pool":      func() { pool(8, 4000) },
	"unbounded": func() { unbounded(3000) },
	"burst":     func() { burst(64, 200) },
	"bigburst":  func() { burst(1000, 20) },
	"echo":      func() { echo(8, 400) },
	"gc":        func() { garbage(4, 150) },
	"mutex":     func() { mutex(16, 300) },
	"pingpong":  func() { pingpong(4, 1500) },
	"sleepers":  func() { sleepers(500, 4) },
	"syscalls":  func() { syscalls(16, 150) },
	"fanin":     func() { fanin(6, 600) },
	"timers":    func() { timers(40, 30) },
	"yield":     func() { yield(12, 400) },
	"pipeline":  func() { pipeline(5, 2500) },
	"barrier":   func() { barrier(12, 150) },
	"tree":      func() { tree(11) },
}

func main() {
	name, out := os.Args[1], os.Args[2]
	procs, err := strconv.Atoi(os.Args[3])
	if err != nil {
		fail(err)
	}
	load, ok := loads[name]
	if !ok {
		fail(fmt.Errorf("there is no load %q", name))
	}
	runtime.GOMAXPROCS(procs)
	f, err := os.Create(out)
	if err != nil {
		fail(err)
	}
	if err := trace.Start(f); err != nil {
		fail(err)
	}
	load()
	trace.Stop()
	if err := f.Close(); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

//go:noinline
func spin(n int) uint64 {
	x := uint64(1)
	for range n {
		x = x*6364136223846793005 + 1
	}
	return x
}

var sink [64]uint64

// pool: w workers that share a channel of n jobs.
func pool(w, n int) {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for i := range w {
		wg.Go(func() {
			for range jobs {
				sink[i] += spin(4000)
			}
		})
	}
	for i := range n {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
}

// unbounded: one goroutine for each of n jobs.
func unbounded(n int) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { sink[i%64] += spin(15_000) })
	}
	wg.Wait()
}

// burst: rounds times n goroutines at once.
func burst(n, rounds int) {
	for range rounds {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { sink[i%64] += spin(2500) })
		}
		wg.Wait()
	}
}

// echo: clients that send n messages each and read them back.
func echo(clients, n int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	var servers, wg sync.WaitGroup
	servers.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			servers.Go(func() {
				io.Copy(c, c)
				c.Close()
			})
		}
	})
	for range clients {
		wg.Go(func() { talk(l.Addr().String(), n) })
	}
	wg.Wait()
	l.Close()
	servers.Wait()
}

func talk(addr string, n int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		fail(err)
	}
	defer c.Close()
	buf := make([]byte, 64)
	for range n {
		if _, err := c.Write(buf); err != nil {
			fail(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil {
			fail(err)
		}
	}
}

var kept [8][][]byte

// garbage: w goroutines that make garbage, and a short-lived one at each of n
// rounds.
func garbage(w, n int) {
	var wg sync.WaitGroup
	for i := range w {
		wg.Go(func() {
			for r := range n {
				if r%40 == 0 {
					kept[i] = nil
				}
				for range 120 {
					kept[i] = append(kept[i], make([]byte, 1500))
				}
				wg.Go(func() { sink[i] += spin(2000) })
			}
		})
	}
	wg.Wait()
}

// mutex: w goroutines that take one lock n times each.
func mutex(w, n int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range w {
		wg.Go(func() {
			for range n {
				mu.Lock()
				sink[0] += spin(3000)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// pingpong: pairs that send each other n messages.
func pingpong(pairs, n int) {
	var wg sync.WaitGroup
	for range pairs {
		there, back := make(chan int), make(chan int)
		wg.Go(func() {
			for v := range there {
				back <- v
			}
		})
		wg.Go(func() {
			for i := range n {
				there <- i
				<-back
			}
			close(there)
		})
	}
	wg.Wait()
}

// sleepers: w goroutines that sleep n times.
func sleepers(w, n int) {
	var wg sync.WaitGroup
	for i := range w {
		wg.Go(func() {
			for range n {
				time.Sleep(time.Duration(1+i%4) * time.Millisecond)
				sink[i%64] += spin(2000)
			}
		})
	}
	wg.Wait()
}

// syscalls: w goroutines that block their thread n times.
func syscalls(w, n int) {
	var wg sync.WaitGroup
	for i := range w {
		wg.Go(func() {
			for r := range n {
				ts := syscall.Timespec{Nsec: int64(20_000 + 10_000*(r%5))}
				syscall.Nanosleep(&ts, nil)
				sink[i] += spin(3000)
			}
		})
	}
	wg.Wait()
}

// fanin: w producers and one that selects over two channels of theirs.
func fanin(w, n int) {
	a, b := make(chan int), make(chan int, 16)
	var wg sync.WaitGroup
	for i := range w {
		to := a
		if i%2 == 1 {
			to = b
		}
		wg.Go(func() {
			for r := range n {
				sink[i] += spin(1500)
				to <- r
			}
		})
	}
	done := make(chan bool)
	go func() {
		wg.Wait()
		close(done)
	}()
	for {
		select {
		case <-a:
		case <-b:
		case <-done:
			return
		}
	}
}

// timers: rounds of w timers that start goroutines, and a context that ends.
func timers(w, rounds int) {
	for range rounds {
		var wg sync.WaitGroup
		wg.Add(w)
		for i := range w {
			time.AfterFunc(time.Duration(i%3)*300*time.Microsecond, func() {
				sink[i%64] += spin(3000)
				wg.Done()
			})
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		<-ctx.Done()
		cancel()
		wg.Wait()
	}
}

// yield: w goroutines that give up their P n times.
func yield(w, n int) {
	var wg sync.WaitGroup
	for i := range w {
		wg.Go(func() {
			for range n {
				sink[i] += spin(1500)
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
}

// pipeline: n values through stages of buffered channels.
func pipeline(stages, n int) {
	in := make(chan int, 8)
	first := in
	for i := range stages {
		from, out := in, make(chan int, 8)
		go func() {
			for v := range from {
				sink[i] += spin(1500)
				out <- v
			}
			close(out)
		}()
		in = out
	}
	go func() {
		for i := range n {
			first <- i
		}
		close(first)
	}()
	for range in {
	}
}

// barrier: w goroutines that wait for each other at a Cond, n times.
func barrier(w, n int) {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	arrived, round := 0, 0
	wait := func() {
		mu.Lock()
		defer mu.Unlock()
		if arrived++; arrived == w {
			arrived, round = 0, round+1
			cond.Broadcast()
			return
		}
		for r := round; r == round; {
			cond.Wait()
		}
	}
	var wg sync.WaitGroup
	for i := range w {
		wg.Go(func() {
			for range n {
				sink[i] += spin(4000)
				wait()
			}
		})
	}
	wg.Wait()
}

// tree: goroutines that each make two more, depth deep.
func tree(depth int) {
	var wg sync.WaitGroup
	var grow func(d int)
	grow = func(d int) {
		sink[d] += spin(4000)
		if d > 0 {
			wg.Go(func() { grow(d - 1) })
			wg.Go(func() { grow(d - 1) })
		}
	}
	wg.Go(func() { grow(depth) })
	wg.Wait()
}
