// Package exectrace turns a Go execution trace into lanes and metrics.
//
// It owns Trace, Goroutine (G), Proc (P), Thread (M), Segment, State and
// Metrics. Names and definitions are the runtime's own: a goroutine is
// runnable, running, waiting or in a system call; scheduling latency is the
// time from becoming runnable to running.
//
// It refuses verdicts and markup: what a number means for a learner is said
// elsewhere.
//
// Its invariant: what cannot be known is absent with a reason, never zero;
// and hostile bytes give an error or a shorter trace, never a panic.
//
// It imports none of our rooms. sandbox's callers, grade, page, publish,
// verify, site and cmd/tutor may import it.
package exectrace
