// Command workloads runs one small program of a known shape under the
// execution tracer: workloads NAME TRACE N PROCS. What the program knows of
// itself goes to stdout as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

var workloads = map[string]func(n int){
	"cpu":       cpu,
	"pingpong":  pingpong,
	"unbounded": unbounded,
	"leak":      leak,
	"mutex":     mutex,
	"sleepers":  sleepers,
	"gc":        garbage,
	"tasks":     tasks,
	"regions":   regions,
	"net":       echo,
	"coroutine": coroutine,
	"long":      long,
}

func main() {
	name, out := os.Args[1], os.Args[2]
	n, _ := strconv.Atoi(os.Args[3])
	procs, _ := strconv.Atoi(os.Args[4])
	runtime.GOMAXPROCS(procs)
	f, err := os.Create(out)
	if err != nil {
		panic(err)
	}
	before := assistSeconds()
	if err := trace.Start(f); err != nil {
		panic(err)
	}
	told, waits := count(), latencies()
	workloads[name](n)
	for name, n := range count() {
		told[name] = n - told[name]
	}
	waits.since(latencies(), told)
	for name, n := range own {
		told[name] = n
	}
	trace.Stop()
	if err := f.Close(); err != nil {
		panic(err)
	}
	told["assist_ms"] = (assistSeconds() - before) * 1e3
	json.NewEncoder(os.Stdout).Encode(told)
}

// count is the runtime's own account: of goroutines made, collections, pauses
// for them (how many, and at least and at most how long together), and waits
// for locks.
func count() map[string]float64 {
	s := []metrics.Sample{
		{Name: "/sched/goroutines-created:goroutines"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/sync/mutex/wait/total:seconds"},
		{Name: "/sched/pauses/total/gc:seconds"},
	}
	metrics.Read(s)
	n, least, most := 0., 0., 0.
	pauses := s[3].Value.Float64Histogram()
	for i, c := range pauses.Counts {
		if c > 0 {
			n += float64(c)
			least += float64(c) * max(pauses.Buckets[i], 0)
			most += float64(c) * pauses.Buckets[i+1]
		}
	}
	return map[string]float64{
		"created": float64(s[0].Value.Uint64()), "cycles": float64(s[1].Value.Uint64()),
		"mutex_ms": s[2].Value.Float64() * 1e3, "pauses": n, "pause_least_ms": least * 1e3, "pause_most_ms": most * 1e3,
	}
}

// histogram is how long goroutines were runnable before they ran, of every
// eighth of them, as the runtime counts it.
type histogram metrics.Float64Histogram

func latencies() *histogram {
	s := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(s)
	return (*histogram)(s[0].Value.Float64Histogram())
}

// since tells of what came between h and after: how many, and the bucket in
// which the median lies, and that of the 99th percentile.
func (h *histogram) since(after *histogram, told map[string]float64) {
	n := uint64(0)
	for i := range after.Counts {
		n += after.Counts[i] - h.Counts[i]
	}
	told["latency_n"] = float64(n)
	for name, share := range map[string]float64{"latency_p50": .5, "latency_p99": .99} {
		seen := uint64(0)
		for i := range after.Counts {
			seen += after.Counts[i] - h.Counts[i]
			if n > 0 && float64(seen) >= share*float64(n) {
				told[name+"_least_us"] = max(after.Buckets[i], 0) * 1e6
				told[name+"_most_us"] = min(after.Buckets[i+1], 1e6) * 1e6
				break
			}
		}
	}
}

// own is what a workload measures of itself.
var own = map[string]float64{}

func assistSeconds() float64 {
	s := []metrics.Sample{{Name: "/cpu/classes/gc/mark/assist:cpu-seconds"}}
	runtime.GC() // the metric moves when a cycle ends
	metrics.Read(s)
	return s[0].Value.Float64()
}

//go:noinline
func spin(n int) uint64 {
	x := uint64(1)
	for range n {
		x = x*6364136223846793005 + 1
	}
	return x
}

var sink = make([]uint64, 64)

// cpu: n goroutines that only compute, about 30 ms each. On one P, one of them
// runs at any time, and the others that live wait for it: by its own clock the
// program knows how long all of them ran, and waited.
func cpu(n int) {
	var wg sync.WaitGroup
	lived := make([]time.Duration, n)
	began := time.Now()
	for i := range n {
		made := time.Now()
		wg.Go(func() {
			sink[i%64] = spin(30_000_000)
			lived[i] = time.Since(made)
		})
	}
	wg.Wait()
	own["ran_ms"] = time.Since(began).Seconds() * 1e3
	for _, d := range lived {
		own["waited_ms"] += d.Seconds() * 1e3
	}
	own["waited_ms"] -= own["ran_ms"]
}

// pingpong: n messages there and back.
func pingpong(n int) {
	there, back := make(chan int), make(chan int)
	go func() {
		for v := range there {
			back <- v
		}
		close(back)
	}()
	for i := range n {
		there <- i
		<-back
	}
	close(there)
	<-back
}

// unbounded: one goroutine for each of n jobs.
func unbounded(n int) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sink[i%64] = spin(10_000)
		}()
	}
	wg.Wait()
}

// leak: n goroutines that nobody receives from.
func leak(n int) {
	for range n {
		ch := make(chan int)
		go func() {
			ch <- 1
		}()
	}
	time.Sleep(5 * time.Millisecond)
}

// mutex: eight goroutines that take one lock n times each.
func mutex(n int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
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

// sleepers: n goroutines that sleep three times.
func sleepers(n int) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for range 3 {
				time.Sleep(time.Duration(1+i%4) * time.Millisecond)
			}
		})
	}
	wg.Wait()
}

var kept [4][][]byte

// garbage: four goroutines that allocate n times and keep some of it.
func garbage(n int) {
	var wg sync.WaitGroup
	for w := range kept {
		wg.Go(func() {
			for i := range n {
				if i%5000 == 0 {
					kept[w] = nil
				}
				kept[w] = append(kept[w], make([]byte, 1500))
			}
		})
	}
	wg.Wait()
}

// tasks: one task with n regions and n logs, and one region left open.
func tasks(n int) {
	ctx, task := trace.NewTask(context.Background(), "job")
	for i := range n {
		trace.WithRegion(ctx, "step", func() { sink[0] = spin(1000) })
		trace.Log(ctx, "step", fmt.Sprint(i%2))
	}
	trace.StartRegion(ctx, "unended")
	task.End()
}

// regions: n regions that end before one that was begun later, which is ended
// after them, and one that another goroutine ends.
func regions(n int) {
	ctx := context.Background()
	for range n {
		outer := trace.StartRegion(ctx, "outer")
		inner := trace.StartRegion(ctx, "inner")
		outer.End()
		inner.End()
	}
	lent := trace.StartRegion(ctx, "lent")
	var wg sync.WaitGroup
	wg.Go(lent.End)
	wg.Wait()
}

// echo: four clients that send n messages each and read them back.
func echo(n int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	var servers, clients sync.WaitGroup
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
	for range 4 {
		clients.Go(func() { talk(l.Addr().String(), n) })
	}
	clients.Wait()
	l.Close()
	servers.Wait()
}

func talk(addr string, n int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	buf := make([]byte, 64)
	for range n {
		c.Write(buf)
		if _, err := io.ReadFull(c, buf); err != nil {
			panic(err)
		}
	}
}

// coroutine: n values pulled out of an iterator.
func coroutine(n int) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})
	defer stop()
	for {
		if _, ok := next(); !ok {
			return
		}
	}
}

// long: a goroutine that waits while the tracer begins n new generations, and
// one that wakes it then.
func long(n int) {
	done := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() { <-done })
	time.Sleep(time.Duration(n) * 1100 * time.Millisecond)
	done <- true
	wg.Wait()
}
