package sandbox

import (
	"context"
	"slices"
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
		if lane.busy != 0 || len(lane.waiting) != 0 || len(lane.keys) != 0 {
			t.Errorf("left over: busy %d, waiting %d, keys %v", lane.busy, len(lane.waiting), lane.keys)
		}
	})
}
