//go:build linux && race

package jail

// raceDetector says that our own binary was built with the race detector: it
// then reserves more memory than any RLIMIT_DATA allows.
const raceDetector = true
