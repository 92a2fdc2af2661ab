package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestLaneIsFair lets one person queue many runs and another one: the other
// is served after one, not after all.
func TestLaneIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(1)
		var order []string
		run := func(name, key string) {
			leave, err := lane.Enter(t.Context(), key, func(Queue) {})
			if err != nil {
				t.Errorf("enter %s: %v", name, err)
				return
			}
			order = append(order, name)
			time.Sleep(time.Second)
			leave()
		}
		for _, name := range []string{"a1", "a2", "a3"} {
			go run(name, "a")
			synctest.Wait()
		}
		go run("b1", "b")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if want := []string{"a1", "b1", "a2", "a3"}; !slices.Equal(order, want) {
			t.Errorf("order = %v, want %v", order, want)
		}
	})
}

func TestLanePlacesAndCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(1)
		leave, err := lane.Enter(t.Context(), "a", func(Queue) {})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := lane.Enter(ctx, "b", func(Queue) {})
			gone <- err
		}()
		synctest.Wait()
		var places []int
		in := make(chan func())
		go func() {
			leave, err := lane.Enter(t.Context(), "c", func(q Queue) { places = append(places, q.Place) })
			if err != nil {
				t.Errorf("enter: %v", err)
			}
			in <- leave
		}()
		synctest.Wait()
		cancel()
		if err := <-gone; err != context.Canceled {
			t.Errorf("cancelled waiter got %v", err)
		}
		synctest.Wait()
		if !slices.Equal(places, []int{2, 1}) {
			t.Errorf("places = %v, want [2 1]", places)
		}
		leave()
		leave() // giving back twice must not make a second slot
		last := <-in
		last()
		if len(lane.on) != 0 || len(lane.waiting) != 0 || len(lane.keys) != 0 {
			t.Errorf("left over: busy %d, waiting %d, keys %v", len(lane.on), len(lane.waiting), lane.keys)
		}
	})
}

// stay enters a lane, notes that under a name, and leaves after some time.
type stay struct {
	name, key string
	alone     bool
	long      time.Duration
}

// visit has everybody enter a lane, one after the other, and answers with the
// order in which they came to run. It fails when a measurement is not alone.
func visit(t *testing.T, lane *Lane, stays []stay) (order []string, places map[string][]Queue) {
	t.Helper()
	var mu sync.Mutex
	running, alone := 0, 0
	places = map[string][]Queue{}
	var all sync.WaitGroup
	for _, s := range stays {
		enter := lane.Enter
		if s.alone {
			enter = lane.Measure
		}
		all.Go(func() {
			leave, err := enter(t.Context(), s.key, func(q Queue) {
				mu.Lock()
				defer mu.Unlock()
				places[s.name] = append(places[s.name], q)
			})
			if err != nil {
				t.Errorf("enter %s: %v", s.name, err)
				return
			}
			note := func(n int) {
				mu.Lock()
				defer mu.Unlock()
				running += n
				if s.alone {
					alone += n
				}
				if alone > 1 || alone == 1 && running > 1 {
					t.Errorf("%s runs with %d others beside a measurement", s.name, running-1)
				}
				if n > 0 {
					order = append(order, s.name)
				}
			}
			note(1)
			time.Sleep(s.long)
			note(-1)
			leave()
		})
		synctest.Wait()
	}
	all.Wait()
	return order, places
}

// A measurement waits until what runs has ended, nothing begins before it, and
// those who wait are told what for.
func TestMeasurementIsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(2)
		order, places := visit(t, lane, []stay{
			{"long", "a", false, 3 * time.Second},
			{"measured", "b", true, 4 * time.Second},
			{"new", "c", false, time.Second}, // there is a slot for it
			{"second", "d", true, time.Second},
		})
		if want := []string{"long", "measured", "new", "second"}; !slices.Equal(order, want) {
			t.Errorf("order = %v, want %v", order, want)
		}
		for name, want := range map[string]string{"measured": ForQuiet, "new": ForMeasurement, "second": ForMeasurement} {
			if q := places[name]; len(q) == 0 || q[0].For != want {
				t.Errorf("%s was told %+v, want that it is for %q", name, q, want)
			}
		}
		if q := places["measured"]; len(q) == 0 || slices.ContainsFunc(q, func(q Queue) bool { return q.Place != 1 || q.For != ForQuiet }) {
			t.Errorf("the measurement lost its place: %+v", q)
		}
		if len(lane.on) != 0 || lane.alone || lane.drain != nil || len(lane.waiting)+len(lane.keys) != 0 {
			t.Errorf("left over: %+v", lane)
		}
	})
}

// Whoever queues measurements takes half of the time from others, not all.
func TestMeasurementsStarveNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(2)
		stays := []stay{{"m", "a", true, 4 * time.Second}}
		for range 4 {
			stays = append(stays, stay{"m", "a", true, 4 * time.Second})
		}
		for range 24 {
			stays = append(stays, stay{"r", "b", false, time.Second})
		}
		order, _ := visit(t, lane, stays)
		// 4 s of two slots are eight runs of a second.
		if got, want := strings.Join(order, ""), "m"+strings.Repeat(strings.Repeat("r", 8)+"m", 3)+"m"; got != want {
			t.Errorf("order %s, want %s", got, want)
		}
	})
}

// Nor does anybody starve a measurement: people who come one after the other,
// so that the lane is never empty, do not go before it for ever.
func TestMeasurementsAreNotStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(2)
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for n := range 100 { // each of them is somebody else
			all.Go(func() {
				time.Sleep(time.Duration(n) * 400 * time.Millisecond)
				leave, err := lane.Enter(ctx, fmt.Sprint("p", n), func(Queue) {})
				if err == nil {
					time.Sleep(time.Second)
					leave()
				}
			})
		}
		time.Sleep(10 * time.Second)
		for range 2 {
			began := time.Now()
			leave, err := lane.Measure(ctx, "m", func(Queue) {})
			if err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(began); waited > 10*time.Second {
				t.Errorf("a measurement waited for %v", waited)
			}
			time.Sleep(time.Second)
			leave()
		}
		cancel()
		all.Wait()
	})
}

// A measurement that gives up lets those run who waited for it.
func TestMeasurementGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(2)
		leave, err := lane.Enter(t.Context(), "a", func(Queue) {})
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := lane.Measure(ctx, "b", func(Queue) {})
			gone <- err
		}()
		synctest.Wait()
		ran := make(chan func(), 1)
		go func() {
			leave, err := lane.Enter(t.Context(), "c", func(Queue) {})
			if err != nil {
				t.Errorf("enter: %v", err)
			}
			ran <- leave
		}()
		synctest.Wait()
		if len(ran) > 0 {
			t.Error("something began while the lane was being emptied")
		}
		cancel()
		if err := <-gone; err != context.Canceled {
			t.Errorf("gave up with %v", err)
		}
		(<-ran)()
	})
}

// People who come for the first time, one after the other, do not keep a
// second run of somebody waiting for as long as they come.
func TestNewcomersStarveNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(1)
		run := func(key string) (waited time.Duration) {
			began := time.Now()
			leave, err := lane.Enter(t.Context(), key, func(Queue) {})
			if err != nil {
				t.Errorf("enter %s: %v", key, err)
				return 0
			}
			waited = time.Since(began)
			time.Sleep(time.Second)
			leave()
			return waited
		}
		var all sync.WaitGroup
		for n := range 60 { // more than there is time for
			all.Go(func() {
				time.Sleep(time.Duration(n) * 900 * time.Millisecond)
				run(fmt.Sprint("newcomer ", n))
			})
		}
		for range 2 {
			all.Go(func() {
				time.Sleep(5 * time.Second)
				if waited := run("m"); waited > 8*time.Second {
					t.Errorf("one of two runs of a person waited for %v", waited)
				}
			})
		}
		all.Wait()
	})
}

// When somebody's turn comes is told from what runs, and from how long runs of
// those people took before.
func TestLaneTellsWhenItsTurnComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(2)
		const long = 1500 * time.Millisecond
		first := func(places map[string][]Queue, name string) float64 {
			t.Helper()
			if len(places[name]) == 0 {
				t.Fatalf("%s was told nothing: %v", name, places)
			}
			return places[name][0].ETAMS
		}
		visit(t, lane, []stay{{"before", "a", false, long}})
		var all sync.WaitGroup
		all.Go(func() { visit(t, lane, []stay{{"r1", "a", false, long}, {"r2", "a", false, long}}) })
		time.Sleep(500 * time.Millisecond)
		_, places := visit(t, lane, []stay{
			{"w1", "a", false, long}, {"w2", "a", false, long}, {"w3", "a", false, long}, {"m", "b", true, time.Second},
		})
		all.Wait()
		for name, want := range map[string]float64{"w1": 1000, "w2": 1000, "w3": 2500, "m": 1000} { // m goes first: b has had nothing
			if got := first(places, name); got != want {
				t.Errorf("%s was told %v ms, want %v", name, got, want)
			}
		}
		// Nothing is known of these: the longer they take, the longer they may.
		all.Go(func() {
			visit(t, lane, []stay{{"n1", "c", false, 10 * time.Second}, {"n2", "d", false, 10 * time.Second}})
		})
		time.Sleep(4 * time.Second)
		_, places = visit(t, lane, []stay{{"w", "e", false, 0}})
		all.Wait()
		if got := first(places, "w"); got != 2000 {
			t.Errorf("behind runs that have taken 4 s it was told %v ms, want 2000", got)
		}
		for n := range 2 * mostLengths {
			visit(t, lane, []stay{{"one", fmt.Sprint(n), false, 0}})
		}
		if n := len(lane.lengths); n > mostLengths {
			t.Errorf("it knows of %d people", n)
		}
	})
}

// TestLaneRenewsEstimates: who keeps their place for long is told again when they
// will start, about once a second, and not when nothing has moved.
func TestLaneRenewsEstimates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := NewLane(1)
		long := func() { // a run of ten and a half seconds
			leave, err := lane.Enter(t.Context(), "a", func(Queue) {})
			if err != nil {
				t.Error(err)
				return
			}
			time.Sleep(10500 * time.Millisecond)
			leave()
		}
		long()
		go long()
		synctest.Wait()
		var told []float64
		began := time.Now()
		leave, err := lane.Enter(t.Context(), "b", func(q Queue) {
			told = append(told, q.ETAMS)
			if left := 10_500 - ms(time.Since(began)); q.Place != 1 || q.ETAMS < left-1 || q.ETAMS > left+1 {
				t.Errorf("with %.0f ms to go it says place %d and %.0f ms", left, q.Place, q.ETAMS)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		leave()
		if len(told) < 5 || len(told) > 10 {
			t.Errorf("told %v", told)
		}
	})
}
