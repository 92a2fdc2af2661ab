package jail

import (
	"context"
	"slices"
	"testing"

	"course/tutor/sandbox/jail/reexec"
)

func TestMeasure(t *testing.T) {
	needsLayers(t, UserNS, Mount, Root, PID, Net, Seccomp, Landlock)
	l, err := Measure(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// Without a cgroup, RLIMIT_DATA cannot bound a canary that was built with
	// the race detector.
	want := Level{Level: 2, Name: "isolated"}
	if raceDetector && !machine().layers[CgroupMemory] {
		want = Level{Level: 1, Name: "restricted"}
	}
	if l.Level != want.Level || l.Name != want.Name {
		t.Errorf("level %+v, want %+v", l, want)
	}
	for _, layer := range []Layer{CgroupMemory, CgroupPIDs, CgroupCPU} {
		if slices.Contains(l.Missing, layer) == machine().layers[layer] {
			t.Errorf("missing %v, but there are %v", l.Missing, machine().layers)
		}
	}
}

// lesser is this machine as it would be without some layers.
func lesser(off ...Layer) *host {
	h := *machine()
	h.layers = h.layers.without(off)
	h.spares = nil // they are of this machine as it is
	return &h
}

var namespaces = []Layer{UserNS, Mount, PID, Net, IPC, UTS, CgroupNS, Root}

func TestMeasureNoticesWhatIsMissing(t *testing.T) {
	needsLayers(t, UserNS, Mount, Seccomp, Landlock)
	for _, c := range []struct {
		name string
		off  []Layer
		want int
	}{
		{"no namespaces", namespaces, 1},
		{"no network namespace", []Layer{Net}, 1},
		{"no private root", []Layer{Root}, 1},
		{"no root, no landlock", []Layer{Root, Landlock}, 0},
		{"no landlock", []Layer{Landlock}, 2},
		{"no seccomp", []Layer{Seccomp}, 0},
		{"no limits", []Layer{Rlimits, CgroupMemory, CgroupPIDs, CgroupCPU}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := lesser(c.off...).measure(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			if raceDetector && !machine().layers[CgroupMemory] {
				want = min(want, 1)
			}
			if l.Level != want {
				t.Errorf("level %+v, want %d", l, want)
			}
			for _, layer := range c.off {
				if !slices.Contains(l.Missing, layer) {
					t.Errorf("%s is not told to be missing: %v", layer, l.Missing)
				}
			}
		})
	}
}

// TestCanariesSing shows that a canary would tell: each finds what it looks
// for once the layers that hide it are off.
func TestCanariesSing(t *testing.T) {
	needsLayers(t, UserNS, Mount, Seccomp, Landlock)
	open := lesser(append([]Layer{Landlock, Seccomp, Rlimits, Caps, CgroupMemory, CgroupPIDs, CgroupCPU}, namespaces...)...)
	saw, err := open.attack(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, letter := range []rune{reexec.SawFile, reexec.SawName, reexec.SawWrite, reexec.SawNetwork, reexec.SawExecute, reexec.SawForbidden} {
		if !saw.saw(letter) {
			t.Errorf("with every layer off the canaries saw only %q, not %q", saw.letters, letter)
		}
	}
	if saw.processes <= mayFork || saw.memory <= mayTakeMiB {
		t.Errorf("took %d processes and %d MiB without limits", saw.processes, saw.memory)
	}
	if l := saw.level(open.layers); l.Level != 0 || l.Name != "none" {
		t.Errorf("level %+v", l)
	}
}

func TestLevelOf(t *testing.T) {
	all := layers{}
	for _, l := range reported {
		all[l] = true
	}
	for _, c := range []struct {
		saw     sightings
		want    int
		missing Layer
	}{
		{sightings{processes: canaryTasks, memory: canaryMemory >> 20}, 2, ""},
		{sightings{letters: "f"}, 0, Landlock},
		{sightings{letters: "x"}, 0, Landlock},
		{sightings{letters: "c"}, 0, Net},
		{sightings{letters: "s"}, 0, Seccomp},
		{sightings{letters: "n"}, 1, Root},
		{sightings{letters: "p"}, 1, PID},
		{sightings{stayed: true}, 0, PID},
		{sightings{memory: mayTakeMiB + 1}, 1, CgroupMemory},
		{sightings{processes: mayFork + 1}, 1, CgroupPIDs},
	} {
		l := c.saw.level(all)
		if l.Level != c.want || c.missing != "" && !slices.Contains(l.Missing, c.missing) {
			t.Errorf("%+v: level %+v, want %d without %s", c.saw, l, c.want, c.missing)
		}
	}
}

// Where there are no namespaces, programs and builds still run.
func TestRestricted(t *testing.T) {
	needsLayers(t, Seccomp, Landlock)
	h := lesser(namespaces...)
	r := runOn(t, h, Spec{}, "write", "/tmp/x")
	if r.Code != 0 {
		t.Errorf("could not write into its own folder: %+v", r)
	}
	for _, act := range [][]string{{"cat", "/etc/passwd"}, {"list", "/"}, {"write", "/var/tmp/x"}, {"loopback"}, {"fork", "1"}, {"kill", "1"}} {
		if r := runOn(t, h, Spec{Network: true}, act...); r.Code != 1 {
			t.Errorf("%v: %+v", act, r)
		}
	}
	testBuild(t, h)
}
