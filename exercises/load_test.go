package exercises_test

import (
	"testing"

	"course/tutor/exercises"
)

func TestBuiltIn(t *testing.T) {
	all, probs, err := exercises.Load(exercises.FS())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range probs {
		t.Error(p)
	}
	ex, found := exercises.ByID(all, "03-01")
	if !found || len(ex.Hints) != 4 || len(ex.Checks) != 12 || ex.MaxPoints() != 100 || len(ex.Wrong) < 6 {
		t.Errorf("03-01 is not what it was: found %t, %+v", found, ex)
	}
}
