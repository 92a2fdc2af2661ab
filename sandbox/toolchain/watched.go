//go:build race

package toolchain

// watched is how many times as long our own code takes: this binary, and so a
// helper, was built with the race detector.
const watched = 4
