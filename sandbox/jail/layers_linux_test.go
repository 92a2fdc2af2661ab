package jail

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// attack is one way out that one layer alone closes. The layers in also close
// it too, so they are off on both sides of the comparison.
type attack struct {
	layer  Layer
	also   []Layer
	act    []string
	limits Limits
}

func attacks(port, key string) []attack {
	cgroupsOff := []Layer{CgroupMemory, CgroupPIDs, CgroupCPU}
	return []attack{
		{layer: Mount, act: []string{"stat", "/proc/sys/kernel"}},
		{layer: Root, act: []string{"stat", "/proc/sys/kernel"}},
		{layer: Landlock, act: []string{"list", "/"}},
		{layer: Seccomp, act: []string{"newuser"}},
		{layer: Seccomp, act: []string{"readself"}},
		{layer: Caps, act: []string{"listen", "127.0.0.1:80"}},
		{layer: Rlimits, act: []string{"files", "1000"}},
		{layer: Net, also: []Layer{Seccomp, Landlock}, act: []string{"dial", "127.0.0.1:" + port}},
		{layer: IPC, also: []Layer{Seccomp}, act: []string{"shmget", key}},
		{layer: CgroupMemory, also: []Layer{Seccomp}, act: []string{"shared", "300"}},
		{layer: CgroupPIDs, also: []Layer{Seccomp, Rlimits}, act: []string{"threads", "100"}},
		{layer: CgroupCPU, act: []string{"spinners", "800"}, limits: Limits{CPU: 500 * time.Millisecond}},
		// Without cgroups, one process only.
		{layer: Seccomp, also: cgroupsOff, act: []string{"fork", "1"}},
		{layer: Seccomp, also: cgroupsOff, act: []string{"shared", "300"}},
		{layer: Seccomp, also: cgroupsOff, act: []string{"growing", "300"}},
		{layer: Seccomp, also: cgroupsOff, act: []string{"memfd"}},
		{layer: Rlimits, also: cgroupsOff, act: []string{"heap", "300"}},
		{layer: Rlimits, also: cgroupsOff, act: []string{"threads", "100"}},
	}
}

// TestEachLayerHolds shows of every layer that an attack fails because of it:
// it is refused with the layer on and gets through with that layer alone off.
func TestEachLayerHolds(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	const key = 0x7475746f
	shm, err := unix.SysvShmGet(key, 4096, unix.IPC_CREAT|0o666)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = unix.SysvShmCtl(shm, unix.IPC_RMID, nil) })
	for _, a := range attacks(port, strconv.Itoa(key)) {
		name := string(a.layer) + "/" + strings.Join(a.act, "_")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needsLayers(t, a.layer)
			if r := run(t, Spec{Without: a.also, Limits: a.limits, Network: true}, a.act...); r.Code == 0 {
				t.Errorf("got through with the layer on: %q", r.Stdout)
			}
			off := append([]Layer{a.layer}, a.also...)
			if r := run(t, Spec{Without: off, Limits: a.limits, Network: true}, a.act...); r.Code != 0 {
				t.Errorf("control: refused with the layer off: %+v %q %q", r.Exit, r.Stdout, r.Stderr)
			}
		})
	}
}

// TestEachLayerShows is for layers whose harm others would close as well:
// what the target sees of itself tells whether they are on.
func TestEachLayerShows(t *testing.T) {
	for _, c := range []struct {
		layer Layer
		act   []string
		sign  string // stands in the output only with the layer off
		need  []Layer
		root  bool
	}{
		{layer: UserNS, act: []string{"cat", "/proc/self/uid_map"}, sign: "4294967295", root: true},
		{layer: PID, act: []string{"pid"}, sign: "not the first"},
		{layer: UTS, act: []string{"hostname"}, sign: "not sandbox"},
		{layer: CgroupNS, act: []string{"cat", "/proc/self/cgroup"}, sign: "tutor-", need: []Layer{CgroupPIDs}},
		{layer: NoNewPrivs, act: []string{"status"}, sign: "lacks NoNewPrivs:\t1"},
		{layer: Caps, act: []string{"status"}, sign: "lacks CapInh"},
		{layer: Seccomp, act: []string{"status"}, sign: "lacks Seccomp:\t2"},
	} {
		t.Run(string(c.layer), func(t *testing.T) {
			t.Parallel()
			needsLayers(t, append(c.need, c.layer)...)
			if c.root {
				needsRoot(t)
			}
			if r := run(t, Spec{}, c.act...); strings.Contains(r.Stdout, c.sign) || r.Code != 0 {
				t.Errorf("with the layer on: %q %q", r.Stdout, r.Stderr)
			}
			if r := run(t, Spec{Without: []Layer{c.layer}}, c.act...); !strings.Contains(r.Stdout, c.sign) {
				t.Errorf("control: with the layer off: %+v %q %q", r.Exit, r.Stdout, r.Stderr)
			}
		})
	}
}
