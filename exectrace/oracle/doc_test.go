// Package oracle holds the replay of the run queues in exectrace against the
// truth.
//
// It owns a runtime that tells: programs are built with an overlay of the
// toolchain's own scheduler, which logs into the trace where each goroutine
// was when a P took it. It refuses to guess: where the toolchain is not the
// one the overlay was written for, the tests fail and say so.
//
// Its invariant: what it reads of a trace, it reads by itself. Nothing of the
// state machine or the replay in exectrace helps it to the truth.
//
// It is test code. Nobody imports it.
package oracle
