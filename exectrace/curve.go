package exectrace

// maxBins is how many bins a curve has at most.
const maxBins = 1024

// Curve is how a number went over the run: the most and the mean of each of at
// most 1,024 equal bins of Width ns.
type Curve struct {
	Name  string    // live, runnable, queue, global or heap
	Unit  string    // goroutines or bytes
	Width int64     // ns
	Max   []float64 // by bin
	Mean  []float64 // by bin
}

// Most is the most between two times in ns.
func (c *Curve) Most(from, to int64) float64 {
	first := max(from, 0) / c.Width
	last := (max(to, from+1) - 1) / c.Width
	most := 0.
	for i := first; i <= last && i < int64(len(c.Max)); i++ {
		most = max(most, c.Max[i])
	}
	return most
}

// curve adds up a number that holds until it is set again. When its bins run
// out, each two become one.
type curve struct {
	width int64
	at    int64   // up to where it is added up
	now   float64 // the number
	seen  bool
	most  []float64
	area  []float64 // number times ns
}

func newCurve() curve { return curve{width: 1 << 10} }

// set gives the number that holds from t on.
func (c *curve) set(t int64, v float64) {
	if v == c.now && c.seen {
		return
	}
	c.advance(t)
	c.now, c.seen = v, true
	c.touch(t)
}

// touch counts the present number to the most of the bin of t.
func (c *curve) touch(t int64) {
	i := c.bin(t)
	c.most[i] = max(c.most[i], c.now)
}

// bin makes room for t.
func (c *curve) bin(t int64) int {
	for t/c.width >= maxBins {
		c.halve()
	}
	i := int(t / c.width)
	for len(c.most) <= i {
		c.most, c.area = append(c.most, 0), append(c.area, 0)
	}
	return i
}

func (c *curve) halve() {
	for i := range c.most {
		if i%2 == 0 {
			c.most[i/2], c.area[i/2] = c.most[i], c.area[i]
		} else {
			c.most[i/2] = max(c.most[i/2], c.most[i])
			c.area[i/2] += c.area[i]
		}
	}
	n := (len(c.most) + 1) / 2
	c.most, c.area = c.most[:n], c.area[:n]
	c.width *= 2
}

// advance adds up to t what holds now.
func (c *curve) advance(t int64) {
	for c.at < t {
		i := c.bin(c.at)
		end := min((int64(i)+1)*c.width, t)
		c.most[i] = max(c.most[i], c.now)
		c.area[i] += c.now * float64(end-c.at)
		c.at = end
	}
}

// end gives the curve of a trace of length wall.
func (c *curve) end(name, unit string, wall int64) Curve {
	c.advance(wall)
	out := Curve{Name: name, Unit: unit, Width: c.width, Max: c.most, Mean: make([]float64, len(c.area))}
	for i, a := range c.area {
		if d := min((int64(i)+1)*c.width, wall) - int64(i)*c.width; d > 0 {
			out.Mean[i] = a / float64(d)
		}
	}
	return out
}

// curves are those of the run.
type curves struct{ live, runnable, queue, global, heap curve }

func newCurves() curves {
	return curves{newCurve(), newCurve(), newCurve(), newCurve(), newCurve()}
}

// end gives those of which something was seen. inferred says that the replay of
// the run queues can be shown.
func (c *curves) end(wall int64, inferred bool) []Curve {
	out := []Curve{
		c.live.end("live", "goroutines", wall),
		c.runnable.end("runnable", "goroutines", wall),
	}
	if inferred {
		out = append(out, c.queue.end("queue", "goroutines", wall), c.global.end("global", "goroutines", wall))
	}
	if c.heap.seen {
		out = append(out, c.heap.end("heap", "bytes", wall))
	}
	return out
}
