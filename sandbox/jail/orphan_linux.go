package jail

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"course/tutor/sandbox/jail/reexec"
)

// afterExec is the name of a child that has executed reexec.Self and not yet its
// target; before that it has the name of the maker.
var afterExec = filepath.Base(reexec.Self)

// endOrphans ends the child that a maker made before it died without telling
// its number, if there is one. It is a child of ours, and holds the socket of
// a launch, so that it would wait for ever and nobody ever see the socket's
// end. It is known by being nobody's: m.mu is held, under which every child
// of ours in a user namespace is made and noted.
func (m *maker) endOrphans() {
	for _, pid := range ownChildren() {
		if command := commandOf(pid); m.known(pid) || command != m.command && command != afterExec {
			continue
		}
		if proc, err := os.FindProcess(pid); err == nil {
			_ = proc.Kill()
			_, _ = proc.Wait() // how it ended is of no interest
		}
	}
}

// note remembers a child until forget.
func (m *maker) note(pid int) {
	if m == nil {
		return
	}
	m.listing.Lock()
	defer m.listing.Unlock()
	if m.ours == nil {
		m.ours = map[int]bool{}
	}
	m.ours[pid] = true
}

// forget is for a child that has been waited for.
func (m *maker) forget(pid int) {
	if m == nil {
		return
	}
	m.listing.Lock()
	defer m.listing.Unlock()
	delete(m.ours, pid)
}

func (m *maker) known(pid int) bool {
	m.listing.Lock()
	defer m.listing.Unlock()
	return m.ours[pid]
}

// ownChildren lists our children by number.
func ownChildren() []int {
	var ids []int
	files, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range files {
		data, _ := os.ReadFile(file) // a thread may have ended
		for _, word := range strings.Fields(string(data)) {
			if id, err := strconv.Atoi(word); err == nil {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// commandOf is the name of what a process executes, also after its end.
func commandOf(pid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return strings.TrimSpace(string(text))
}
