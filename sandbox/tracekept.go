package sandbox

import "slices"

// leastLate is how large a generation may be whatever the limit of the trace:
// a burst may fill it before it can be ended.
const leastLate = 4 << 20

// traceHeader is the length of what a trace begins with, whatever part of it.
const traceHeader = 16

// keptTrace keeps the beginning of a trace and, when it is long, the end: the
// newest generations, as a flight recorder does. Past half the limit the
// beginning is over; the end takes a quarter, or one generation. A generation
// is kept as a whole or not at all, and the newest whatever else: who may only
// forget whole generations can't promise a size, which is why the harness ends
// large ones early.
type keptTrace struct {
	limit int64
	most  int64 // bytes of one generation

	header  []byte
	begin   []byte
	over    bool // nothing is added to begin
	late    [][]byte
	size    int64 // of late
	lost    int64 // bytes between begin and late
	current []byte
	tooMuch bool // current is more than most, and was dropped
}

// add takes bytes of the current generation.
func (k *keptTrace) add(text []byte) {
	if n := traceHeader - len(k.header); n > 0 {
		k.header = append(k.header, text[:min(n, len(text))]...)
	}
	if k.tooMuch = k.tooMuch || int64(len(k.current)+len(text)) > k.most; k.tooMuch {
		k.lost += int64(len(k.current) + len(text))
		k.current = nil
		return
	}
	k.current = append(k.current, text...)
}

// endGeneration decides what becomes of the current generation.
func (k *keptTrace) endGeneration() {
	switch {
	case k.tooMuch:
		k.over = true
		k.forget(len(k.late)) // what is older does not join what comes
	case !k.over && int64(len(k.begin)+len(k.current)) <= k.limit:
		k.begin = append(k.begin, k.current...)
		k.over = int64(len(k.begin)) > k.limit/2
	default:
		k.over = true
		k.late, k.size = append(k.late, k.current), k.size+int64(len(k.current))
		for len(k.late) > 1 && k.size > k.limit/4 {
			k.forget(1)
		}
	}
	k.current, k.tooMuch = nil, false
}

func (k *keptTrace) forget(n int) {
	for _, g := range k.late[:n] {
		k.size -= int64(len(g))
		k.lost += int64(len(g))
	}
	k.late = append([][]byte(nil), k.late[n:]...)
}

// parts are the beginning, the end as a trace of its own, and how many bytes
// between them are lost. There is no end where the beginning is all of it.
func (k *keptTrace) parts() (begin, late []byte, lost int64) {
	rest := slices.Concat(k.late...)
	switch {
	case k.lost == 0 && int64(len(k.begin)+len(rest)) <= k.limit:
		return append(k.begin, rest...), nil, 0
	case len(rest) == 0 || len(k.begin) == 0:
		// Without a first generation there is no trace of this run to add to.
		return k.begin, nil, k.lost + int64(len(rest))
	}
	return k.begin, append(slices.Clone(k.header), rest...), k.lost
}
