package sandbox

import (
	"bytes"
	"os"
	"testing"
	"time"
)

// A mark stands behind whole generations only; package exectrace reads it.
func TestCutTracesAreMarked(t *testing.T) {
	data, err := os.ReadFile("../exectrace/testdata/leak.trace")
	if err != nil {
		t.Fatal(err)
	}
	const text = "tutor: cut=killed status=memory_limit ran_us=6130000"
	got := MarkTrace(data, TraceMark{How: "killed", Status: StatusMemoryLimit, Ran: 6130 * time.Millisecond})
	if !bytes.HasPrefix(got, data) || !bytes.HasSuffix(got, []byte(text)) || len(got) > len(data)+len(text)+16 {
		t.Errorf("%d bytes behind %d: %q", len(got)-len(data), len(data), got[len(data):])
	}
	if got := MarkTrace(data, TraceMark{Status: StatusOK}); !bytes.Equal(got, data) {
		t.Errorf("a whole trace gets %q", got[len(data):])
	}
	if got := MarkTrace(data, TraceMark{Status: StatusOK, Race: true}); !bytes.HasSuffix(got, []byte("tutor: cut= status=ok ran_us=0 race")) {
		t.Errorf("a trace under the race detector gets %q", got[len(data):])
	}
	for _, bad := range [][]byte{nil, data[:10], data[:len(data)-1], data[:len(data)/2], append(bytes.Clone(data), 1), append(bytes.Clone(data), 9)} {
		if got := MarkTrace(bad, TraceMark{How: "killed", Status: StatusOK}); !bytes.Equal(got, bad) {
			t.Errorf("a trace of %d bytes is not whole, and gets %q", len(bad), got[len(bad):])
		}
	}
}
