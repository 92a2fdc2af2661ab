package jail

import "time"

// withDefaults fills in what was left zero.
func (l Limits) withDefaults(p Profile) Limits {
	d := map[Profile]Limits{
		Run: {Memory: 128 << 20, Tasks: 64, CPU: 3 * time.Second, Disk: 16 << 20, Inodes: 1024,
			OpenFiles: 256, FileSize: 16 << 20},
		Build: {Memory: 768 << 20, Tasks: 64, CPU: 10 * time.Second, Disk: 128 << 20, Inodes: 4096,
			OpenFiles: 1024, FileSize: 96 << 20},
		Helper: {Memory: 256 << 20, Tasks: 64, CPU: time.Second, Disk: 1 << 20, Inodes: 64,
			OpenFiles: 64, FileSize: 64 << 20},
	}[p]
	l.Memory, l.Disk, l.FileSize = first(l.Memory, d.Memory), first(l.Disk, d.Disk), first(l.FileSize, d.FileSize)
	l.Tasks, l.Inodes, l.OpenFiles = first(l.Tasks, d.Tasks), first(l.Inodes, d.Inodes), first(l.OpenFiles, d.OpenFiles)
	l.CPU = first(l.CPU, d.CPU)
	l.Tasks = max(l.Tasks, LeastTasks)
	return l
}

func first[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}
