package jail

import (
	"os"
	"slices"
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

// onlyRoot are the layers that a plain user has no right to. The run of the
// tests as root is the one that must have them.
var onlyRoot = []Layer{CgroupMemory, CgroupPIDs, CgroupCPU}

func needsLayers(t testing.TB, need ...Layer) {
	t.Helper()
	for _, l := range need {
		if !machine().layers[l] {
			if os.Geteuid() != 0 && slices.Contains(onlyRoot, l) {
				t.Skipf("layer %s needs root here, whose run of this test counts", l)
			}
			lacking(t, "layer "+string(l)+" is not available here")
		}
	}
}

func needsRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("this needs root, whose run of this test counts")
	}
}
