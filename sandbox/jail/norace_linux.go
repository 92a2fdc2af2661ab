//go:build linux && !race

package jail

const raceDetector = false
