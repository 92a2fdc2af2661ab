package jail

import (
	"os"
	"testing"
)

// lacking skips a test for want of something, and fails it where everything
// is supposed to be there.
func lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("TUTOR_CI") == "1" {
		t.Fatalf("TUTOR_CI=1, but %s", what)
	}
	t.Skip(what)
}

func needsLayers(t testing.TB, need ...Layer) {
	t.Helper()
	for _, l := range need {
		if !machine().layers[l] {
			lacking(t, "layer "+string(l)+" is not available here")
		}
	}
}

func needsRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		lacking(t, "this needs root")
	}
}
