package jail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"course/tutor/sandbox/jail/reexec"
)

// host is what this machine offers, found out once.
type host struct {
	layers    layers
	twoIDs    bool // we may map a second user
	cgroups   *cgroups
	libraries []string // shared ones that our own binary needs
	maker     *maker   // nil until it is known what works without it
	spares    *spares  // nil as long
}

// known is the machine once it is, so that to let go of nothing costs nothing.
var known atomic.Pointer[host]

// machine answers what this machine offers. A layer in it was put on once
// without an error; whether it holds is for Measure to say.
var machine = sync.OnceValue(func() *host {
	h := &host{layers: layers{}, cgroups: findCgroups(), libraries: ownLibraries()}
	for _, l := range reported {
		h.layers[l] = true
	}
	for ctl, layer := range layerOf {
		if _, ok := h.cgroups.parents[ctl]; !ok && ctl != cpuacct {
			delete(h.layers, layer)
		}
	}
	h.twoIDs = canMapTwo()
	h.cgroups.sweep()
	h.settle()
	h.maker, h.spares = &maker{}, &spares{}
	known.Store(h)
	return h
})

// settle starts a process that does nothing and gives up one layer after the
// other that the kernel refuses, until it starts.
func (h *host) settle() {
	for range reported {
		p, err := h.start(context.Background(), Spec{
			Path: reexec.Self, Args: []string{reexec.NameCanary, reexec.CanaryNothing}, Network: true,
		})
		if err == nil {
			_, _ = p.Wait()
			return
		}
		if !h.giveUp(err) {
			return // Start will say the same
		}
	}
}

// giveUp takes away the layer that an error came from.
func (h *host) giveUp(err error) bool {
	var setup *setupError
	var errno syscall.Errno
	switch {
	case errors.As(err, &setup) && h.layers[setup.Layer]:
		delete(h.layers, setup.Layer)
	case errors.As(err, &setup) || !errors.As(err, &errno) || !h.layers[Mount]:
		return false
	case h.layers[UserNS] && os.Geteuid() == 0:
		// The child could not be made. Root may make the others without this one.
		delete(h.layers, UserNS)
	default:
		for _, l := range []Layer{UserNS, Mount, PID, Net, IPC, UTS, CgroupNS, Root} {
			delete(h.layers, l)
		}
	}
	return true
}

// canMapTwo says whether we may give a child a user besides our own.
func canMapTwo() bool {
	if os.Geteuid() != 0 {
		return false
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	const needed = 1<<unix.CAP_SETUID | 1<<unix.CAP_SETGID | 1<<unix.CAP_SYS_ADMIN
	return data[0].Effective&needed == needed && mapped("/proc/self/uid_map") && mapped("/proc/self/gid_map")
}

// mapped says whether the users of outsideID exist in our own namespace.
func mapped(file string) bool {
	data, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(data) {
		var from, size int64
		if f := strings.Fields(string(line)); len(f) == 3 {
			from, size = field([]byte(f[0]), ""), field([]byte(f[2]), "")
		}
		if from <= outsideID && from+size >= outsideID+1<<16 {
			return true
		}
	}
	return false
}

// findCgroups finds where groups can be made: below our own group of each v1
// controller that is mounted, or else in a v2 group that was delegated to us.
func findCgroups() *cgroups {
	c := &cgroups{parents: map[controller]string{}, prefix: namePrefix(os.Getpid())}
	own := ownGroups()
	for _, m := range cgroupMounts() {
		if m.kind != "cgroup" {
			continue
		}
		for _, ctl := range []controller{memory, pids, cpu, cpuacct} {
			if parent := m.find(own[string(ctl)]); m.has(ctl) && writable(parent) {
				c.parents[ctl] = parent
			}
		}
	}
	if len(c.parents) > 0 {
		return c
	}
	for _, m := range cgroupMounts() {
		if m.kind == "cgroup2" {
			c.delegate(m.find(own[""]))
		}
	}
	return c
}

// cgroupMount is one mounted hierarchy.
type cgroupMount struct {
	at, root, kind string
	options        []string
}

func (m *cgroupMount) has(ctl controller) bool {
	for _, o := range m.options {
		if o == string(ctl) {
			return true
		}
	}
	return false
}

// find is the folder of a group. In a container a part of the hierarchy is
// mounted, under names that are the host's.
func (m *cgroupMount) find(group string) string {
	folder := filepath.Join(m.at, strings.TrimPrefix(group, m.root))
	if isFolder(folder) {
		return folder
	}
	return m.at
}

func cgroupMounts() []cgroupMount {
	var list []cgroupMount
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		left, right, ok := strings.Cut(lines.Text(), " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if ok && len(l) >= 5 && len(r) >= 3 && strings.HasPrefix(r[0], "cgroup") {
			list = append(list, cgroupMount{at: l[4], root: strings.TrimSuffix(l[3], "/"), kind: r[0],
				options: strings.Split(r[2], ",")})
		}
	}
	return list
}

// ownGroups are the groups that we are in, by v1 controller; the v2 one is "".
func ownGroups() map[string]string {
	groups := map[string]string{}
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(data) {
		parts := strings.SplitN(strings.TrimSpace(string(line)), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for _, ctl := range strings.Split(parts[1], ",") {
			groups[ctl] = parts[2]
		}
	}
	return groups
}

// writable says whether a group can be made here, by asking the kernel.
func writable(folder string) bool { return unix.Access(folder, unix.W_OK) == nil }

// delegate uses a v2 group that was handed to us. Its processes must be in a
// leaf before its controllers can be given to children, so we move there.
func (c *cgroups) delegate(own string) {
	if own == "" || !writable(own) || !writable(filepath.Join(own, "cgroup.subtree_control")) {
		return
	}
	leaf := filepath.Join(own, "tutor-main")
	if err := os.Mkdir(leaf, 0o755); err != nil && !os.IsExist(err) {
		return
	}
	if err := os.WriteFile(filepath.Join(leaf, "cgroup.procs"), []byte("0"), 0); err != nil {
		return
	}
	if err := os.WriteFile(filepath.Join(own, "cgroup.subtree_control"), []byte("+memory +pids +cpu"), 0); err != nil {
		return
	}
	c.unified = true
	for _, ctl := range []controller{memory, pids, cpu} {
		c.parents[ctl] = own
	}
}

// ownLibraries are the shared libraries, their loader included, that our own
// binary was started with. A static binary has none; one built with the race
// detector has.
func ownLibraries() []string {
	data, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil
	}
	seen := map[string]bool{}
	var list []string
	for line := range bytes.Lines(data) {
		f := strings.Fields(string(line))
		if len(f) == 6 && strings.Contains(f[5], ".so") && strings.HasPrefix(f[5], "/") && !seen[f[5]] {
			seen[f[5]] = true
			list = append(list, f[5])
		}
	}
	if loader := interpreter(); loader != "" && !seen[loader] {
		list = append(list, loader)
	}
	return list
}
