package verify_test

import (
	"slices"
	"testing"

	"course/tutor/content"
	"course/tutor/exectrace"
)

// The words that an author may write are those that can be found.
func TestSights(t *testing.T) {
	if !slices.Equal(content.Sights(), exectrace.MomentNames()) {
		t.Errorf("see= takes %v, and in a trace can be found %v", content.Sights(), exectrace.MomentNames())
	}
}
