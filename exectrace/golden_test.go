package exectrace

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var (
	update = flag.Bool("update", false, "rewrite the golden metrics of the recorded traces")
	record = flag.Bool("record", false, "record the traces anew with the installed toolchain; implies -update")
)

// recorded are the traces of testdata: a workload, its n, its procs.
var recorded = [][3]string{
	{"cpu", "3", "2"}, {"pingpong", "50", "2"}, {"unbounded", "400", "2"}, {"leak", "5", "2"},
	{"mutex", "40", "2"}, {"sleepers", "12", "2"}, {"gc", "1500", "2"}, {"tasks", "5", "2"},
	{"net", "4", "2"}, {"coroutine", "10", "2"},
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".trace"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The metrics of recorded traces, whole. They change only when what they mean
// does.
func TestGoldenMetrics(t *testing.T) {
	for _, r := range recorded {
		t.Run(r[0], func(t *testing.T) {
			if *record {
				data, _ := run(t, r[0], r[1], r[2])
				if err := os.WriteFile(filepath.Join("testdata", r[0]+".trace"), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			tr, err := Parse(bytes.NewReader(fixture(t, r[0])), Options{CPU: 50e6})
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, tr)
			got, err := json.MarshalIndent(tr.Metrics, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := filepath.Join("testdata", r[0]+".golden.json")
			if *update || *record {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the metrics of %s.trace are not those of %s; look at the difference, then run with -update", r[0], golden)
			}
		})
	}
}
