package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// row is one bar: ours and baseline are medians in ms; ratio is what is
// compared with limit: ours by baseline or, for the bars that say how much
// something adds, ours less baseline in ms. Fastest is the same of the fastest
// of each, which is what a busy machine changes least. The CPU times are means
// in ms, of all processes that took part; 0 where they were not measured.
type row struct {
	Name        string  `json:"name"`
	Ours        float64 `json:"ours"`
	Baseline    float64 `json:"baseline"`
	Ratio       float64 `json:"ratio"`
	Fastest     float64 `json:"fastest"`
	Limit       float64 `json:"limit"`
	N           int     `json:"n"`
	OursCPU     float64 `json:"ours_cpu"`
	BaselineCPU float64 `json:"baseline_cpu"`
}

// bar is something to measure. Ours and baseline are called in turns, so that
// a busy moment of the machine hits both.
type bar struct {
	name           string
	limit          float64
	adds           bool // compare the difference
	once           bool // slow: measured once, with nothing warm
	ours, baseline func(ctx context.Context) (time.Duration, error)
	cpu            func() time.Duration // that all have used so far; nil: not measured
}

// tooSlow says that a bar is so far above its limit that the build fails.
func (r row) tooSlow() bool { return r.Ratio > 1.5*r.Limit }

// settle measures a bar, and again where it is too slow: what else goes on on
// the machine only ever adds, so the least of three is nearest to the truth.
func (b bar) settle(ctx context.Context, n int) (row, error) {
	best, err := b.measure(ctx, n)
	for try := 1; err == nil && best.tooSlow() && try < 3; try++ {
		var again row
		if again, err = b.measure(ctx, n); err == nil && again.Ratio < best.Ratio {
			best = again
		}
	}
	return best, err
}

func (b bar) measure(ctx context.Context, n int) (row, error) {
	var ours, baseline side
	warm := 2 // the first ones warm the caches
	if b.once {
		n, warm = 1, 0
	}
	for i := range n + warm {
		if err := ours.take(ctx, b.ours, b.cpu, i >= warm); err != nil {
			return row{}, fmt.Errorf("ours: %w", err)
		}
		if err := baseline.take(ctx, b.baseline, b.cpu, i >= warm); err != nil {
			return row{}, fmt.Errorf("baseline: %w", err)
		}
	}
	r := row{Name: b.name, Ours: median(ours.took), Baseline: median(baseline.took), Limit: b.limit, N: n,
		OursCPU: ms(ours.cpu) / float64(n), BaselineCPU: ms(baseline.cpu) / float64(n)}
	r.Ratio = b.compare(r.Ours, r.Baseline)
	r.Fastest = b.compare(ms(slices.Min(ours.took)), ms(slices.Min(baseline.took)))
	return r, nil
}

func (b bar) compare(ours, baseline float64) float64 {
	if b.adds {
		return ours - baseline
	}
	return ours / baseline
}

// side is what was measured of ours or of the baseline.
type side struct {
	took []time.Duration
	cpu  time.Duration
}

// after is how long is waited after each measurement: what one has begun in
// the background, as the next child for a jail, is not to fall into the other.
const after = 15 * time.Millisecond

func (s *side) take(ctx context.Context, f func(context.Context) (time.Duration, error), cpu func() time.Duration, counts bool) error {
	if cpu == nil {
		cpu = func() time.Duration { return 0 }
	}
	before := cpu()
	took, err := f(ctx)
	if err != nil {
		return err
	}
	time.Sleep(after)
	if counts {
		s.took, s.cpu = append(s.took, took), s.cpu+cpu()-before
	}
	return nil
}

func median(list []time.Duration) float64 {
	slices.Sort(list)
	return ms(list[len(list)/2])
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
