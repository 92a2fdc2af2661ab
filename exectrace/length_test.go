package exectrace

import "testing"

func TestLengthsHaveThreeDigitsAndTheirUnit(t *testing.T) {
	for ns, want := range map[float64]string{
		0: "0 ms", 64: "64 ns", 999.4: "999 ns", 999.6: "1 µs", 30_736.4: "30.7 µs", 999_700: "1 ms",
		12e6: "12 ms", 171.4e6: "171 ms", 30_736_400: "30.7 ms", 1.426e9: "1.43 s", 1234e9: "1234 s",
	} {
		if got := Length(ns); got != want {
			t.Errorf("%g ns are %q, want %q", ns, got, want)
		}
	}
}
