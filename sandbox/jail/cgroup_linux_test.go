package jail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unified is a v2 group as its files look; the kernel is not asked, since few
// machines have both versions.
func unified(t *testing.T, files map[string]string) *group {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &group{unified: true, folders: map[controller]string{memory: dir, pids: dir, cpu: dir}}
}

func TestUnifiedGroup(t *testing.T) {
	g := unified(t, map[string]string{
		"memory.max": "max\n", "memory.swap.max": "max\n", "pids.max": "max\n",
		"cpu.stat":      "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n",
		"memory.events": "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n",
		"memory.peak":   "4096\n",
		"pids.events":   "max 3\n", "pids.current": "5\n", "pids.peak": "9\n",
	})
	if err := g.limit(Limits{Memory: 1 << 20, Tasks: 7}); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{"memory.max": "1048576", "memory.swap.max": "0", "pids.max": "7"} {
		data, _ := os.ReadFile(filepath.Join(g.folders[memory], file))
		if !strings.HasPrefix(string(data), want) {
			t.Errorf("%s is %q, want %s", file, data, want)
		}
	}
	if used, ok := g.cpu(); !ok || used != 1500*time.Microsecond {
		t.Errorf("cpu %v %v", used, ok)
	}
	if peak, ok := g.peakMemory(); !ok || peak != 4096 {
		t.Errorf("peak %d %v", peak, ok)
	}
	if !g.oomKilled() || !g.tasksHit() || g.tasks() != 5 || g.peakTasks() != 9 {
		t.Errorf("oom %v, hit %v, %d tasks, at most %d", g.oomKilled(), g.tasksHit(), g.tasks(), g.peakTasks())
	}
	if doors, err := g.doors(); err != nil || len(doors) > 0 {
		t.Errorf("a process is born into it, and needs no door: %v %v", doors, err)
	}
}

func TestUnifiedGroupWithoutEvents(t *testing.T) {
	g := unified(t, map[string]string{"memory.events": "oom 0\noom_kill 0\n", "pids.events": "max 0\n"})
	if g.oomKilled() || g.tasksHit() {
		t.Error("tells of limits that nothing reached")
	}
}

// No group is what a machine without cgroups has.
func TestNoGroup(t *testing.T) {
	var g *group
	if _, ok := g.cpu(); ok || g.oomKilled() || g.tasksHit() || g.tasks() != 0 {
		t.Error("counts something")
	}
	g.remove()
}

func TestOwnerOfGroup(t *testing.T) {
	pid, start, ok := ownerOf(namePrefix(os.Getpid()) + "12")
	if !ok || pid != os.Getpid() || start != startOf(pid) || start == "" {
		t.Errorf("%d %q %v", pid, start, ok)
	}
	for _, name := range []string{"tutor-x-1-1", "user.slice", "tutor-1", "tutor-1-2-3-4"} {
		if _, _, ok := ownerOf(name); ok {
			t.Errorf("%s is taken for ours", name)
		}
	}
}
