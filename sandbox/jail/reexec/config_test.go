package reexec

import (
	"reflect"
	"testing"
)

func sample() Config {
	return Config{
		On: OnRoot | OneProcess, Profile: 1, UID: 1000, GID: 1001,
		Path: "/p", Exe: "/app/prog", Args: []string{"prog", ""}, Env: []string{"A=1"}, Dir: "/tmp", Work: "/w",
		Steps: []Command{{Exe: "/go/compile", Args: []string{"compile", "-p"}}}, Collect: []Copy{{Path: "/tmp/program", To: 3}},
		Keep: 2, Attach: 3, Hostname: "sandbox",
		Binds:     []Bind{{Host: "/h", Inside: "/i", Exec: true}, {Host: "/dev/null", Inside: "/dev/null", Device: true}},
		Files:     []File{{Path: "/src/a", Data: "\x00\xff"}},
		Rlimits:   []Rlimit{{Resource: 7, Soft: 1, Hard: 1<<64 - 1}},
		CPUs:      []uint64{3},
		RootBytes: 1, RootNodes: 2, TmpBytes: 3, TmpNodes: 4,
	}
}

func TestConfigTravels(t *testing.T) {
	want := sample()
	data := want.Encode()
	n := Length([8]byte(data[:8]))
	var got Config
	if n != uint64(len(data)-8) || !got.Decode(data[8:]) || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A field that walk forgets would be lost without a word.
func TestConfigTravelsWhole(t *testing.T) {
	v := reflect.ValueOf(sample())
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the sample leaves %s out", v.Type().Field(i).Name)
		}
	}
}

func TestBrokenConfig(t *testing.T) {
	c := sample()
	data := c.Encode()[8:]
	for n := range data {
		var got Config
		if got.Decode(data[:n]) {
			t.Fatalf("took %d of %d bytes for all of it", n, len(data))
		}
	}
	var got Config
	if got.Decode(append(data, 0)) {
		t.Error("took more than there is")
	}
}
