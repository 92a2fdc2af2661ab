package exectrace

import (
	"fmt"
	"strings"
	"testing"
)

// truth is a table that a test prints with -v: what was measured here beside
// what is known from elsewhere. docs/traces.md has them.
type truth struct{ rows []string }

func newTruth(heads ...string) *truth {
	t := &truth{}
	t.row(heads...)
	t.rows = append(t.rows, "|"+strings.Repeat("---|", len(heads)))
	return t
}

func (t *truth) row(cells ...string) { t.rows = append(t.rows, "| "+strings.Join(cells, " | ")+" |") }

// print logs the table.
func (t *truth) print(to *testing.T) {
	to.Helper()
	to.Logf("\n%s", strings.Join(t.rows, "\n"))
}

func howMany(n float64) string { return fmt.Sprintf("%.0f", n) }

func inMS(ms float64) string { return length(ms) }

// between is a length of time that is known from two sides only.
func between(least, most float64) string { return length(least) + " to " + length(most) }
