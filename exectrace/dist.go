package exectrace

import (
	"math"
	"math/bits"
)

// dist is a distribution of durations in bins that are 1/128 of their value
// wide, so that its size does not depend on how many there are.
type dist struct {
	n        int
	sum      float64 // ns
	min, max int64
	bins     []uint32
}

const subBits = 7 // 128 bins to each doubling

func binOf(v int64) int {
	if v < 1<<subBits {
		return int(v)
	}
	exp := bits.Len64(uint64(v)) - subBits - 1
	return exp<<subBits + int(v>>exp)
}

// binMid is the middle of a bin's values.
func binMid(i int) int64 {
	if i < 1<<subBits {
		return int64(i)
	}
	exp := i>>subBits - 1
	low := int64(i-exp<<subBits) << exp
	return low + (int64(1)<<exp-1)/2
}

func (d *dist) add(v int64) {
	v = max(v, 0)
	if d.n == 0 || v < d.min {
		d.min = v
	}
	d.max = max(d.max, v)
	d.n++
	d.sum += float64(v)
	i := binOf(v)
	if i >= len(d.bins) {
		d.bins = append(d.bins, make([]uint32, i+1-len(d.bins))...)
	}
	d.bins[i]++
}

// merge adds all of o.
func (d *dist) merge(o *dist) {
	if o.n == 0 {
		return
	}
	if d.n == 0 || o.min < d.min {
		d.min = o.min
	}
	d.max = max(d.max, o.max)
	d.n += o.n
	d.sum += o.sum
	if len(o.bins) > len(d.bins) {
		d.bins = append(d.bins, make([]uint32, len(o.bins)-len(d.bins))...)
	}
	for i, c := range o.bins {
		d.bins[i] += c
	}
}

// us is the value below which a share q of all lies, in µs.
func (d *dist) us(q float64) float64 {
	rank := int(math.Ceil(q*float64(d.n))) - 1
	seen := 0
	for i, c := range d.bins {
		seen += int(c)
		if c > 0 && seen > rank {
			return float64(min(max(binMid(i), d.min), d.max)) / 1e3
		}
	}
	return float64(d.max) / 1e3
}

// perDecade are the lower ends of the buckets within each decade.
var perDecade = [...]float64{1, 2, 5}

// buckets counts by length, three to the decade.
func (d *dist) buckets() []LatencyBucket {
	var out []LatencyBucket
	for i, c := range d.bins {
		if c == 0 {
			continue
		}
		from, to := bucketOf(float64(binMid(i)) / 1e3)
		if n := len(out); n > 0 && out[n-1].FromUs == from {
			out[n-1].N += int(c)
			continue
		}
		out = fillTo(out, from)
		out = append(out, LatencyBucket{from, to, int(c), map[string]int{}})
	}
	return out
}

// fillTo adds the empty buckets before from, so that they are drawn too.
func fillTo(out []LatencyBucket, from float64) []LatencyBucket {
	for len(out) > 0 && out[len(out)-1].ToUs < from {
		lo, hi := bucketOf(out[len(out)-1].ToUs)
		out = append(out, LatencyBucket{lo, hi, 0, map[string]int{}})
	}
	return out
}

// splitBuckets tells in the buckets of a whole which part d, of one cause, is.
func splitBuckets(whole []LatencyBucket, cause string, d *dist) {
	i := 0
	for _, b := range d.buckets() {
		for whole[i].FromUs < b.FromUs {
			i++
		}
		if b.N > 0 {
			whole[i].ByCause[cause] = b.N
		}
	}
}

// bucketOf gives the bounds of the bucket that holds us. All below a tenth of
// a microsecond is one bucket: clocks tell no finer.
func bucketOf(us float64) (from, to float64) {
	const least = 0.1
	if us < least {
		return 0, least
	}
	ends := []float64{least}
	for decade := -1; ; decade++ {
		for _, m := range perDecade {
			end := m * math.Pow10(decade)
			if end > us {
				return ends[len(ends)-1], end
			}
			ends = append(ends, end)
		}
	}
}
