// Package sandbox turns a Job into a Result.
//
// It owns Job, File, Limits, Result, Status, Event, Diagnostic, Usage and
// Artifact; the Runner interface; and what is common to every engine: how a
// program is supervised, how its status is derived, how the parts of a Job
// talk, and lanes.
//
// It refuses lessons, points, people and HTTP.
//
// Its invariant: a Go error is our fault. A program that did not compile,
// panicked, deadlocked or ran out of anything is a Result with a Status.
//
// Of our own rooms it may import sandbox/jail; every room that runs code may
// import it.
package sandbox
