// Package profile turns a pprof file into what a reader of it wants to know:
// which functions and lines took how much, and who called them.
//
// It owns Profile, View, Box, Function and Line. Flat is what a function took
// itself, cum what it and all it called took; a function that calls itself is
// counted once.
//
// It refuses markup, and it refuses to take profiles: the harness of the
// sandbox does. What is ours in a profile (package paths that begin with
// tutor/) is left out.
//
// Its invariant: hostile bytes give a *BadError, in bounded memory when it is
// served in a jail, and what it answers with is bounded whatever it was given.
//
// It imports none of our rooms. page, site and cmd/tutor may import it.
package profile
