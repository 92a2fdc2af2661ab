package verify_test

import (
	"flag"
	"os"
	"testing"

	"course/tutor/verify"
)

var update = flag.Bool("update", false, "record the listings of the sample course anew")

// TestRecordSample keeps the sample's recordings: with -update it writes them.
func TestRecordSample(t *testing.T) {
	if !*update {
		t.Skip("only with -update")
	}
	s := &sample{t, "testdata/course"}
	for _, p := range s.verify(s.running(needsEngine(t)), verify.Options{Update: true}) {
		t.Error(p)
	}
	if err := os.RemoveAll(shared.proofs); err != nil {
		t.Fatal(err)
	}
}
