package trace

import (
	"context"
	"fmt"
	"sync/atomic"
	_ "unsafe" // for linkname
)

// Task is one logical operation, over as many goroutines as it takes.
type Task struct{ id uint64 }

type taskKey struct{}

var tasks atomic.Uint64

// NewTask begins a task within the task of parent, if there is one. Regions
// and logs made with the returned context belong to it.
func NewTask(parent context.Context, taskType string) (context.Context, *Task) {
	task := &Task{id: tasks.Add(1)}
	userTaskCreate(task.id, taskOf(parent), taskType)
	return context.WithValue(parent, taskKey{}, task), task
}

// End marks the end of the task.
func (t *Task) End() { userTaskEnd(t.id) }

// taskOf returns the id of the task of ctx, 0 for the background task.
func taskOf(ctx context.Context) uint64 {
	if task, ok := ctx.Value(taskKey{}).(*Task); ok {
		return task.id
	}
	return 0
}

// Log puts a message into the trace.
func Log(ctx context.Context, category, message string) {
	id := taskOf(ctx)
	userLog(id, category, message)
}

// Logf is Log with a format.
func Logf(ctx context.Context, category, format string, args ...any) {
	if IsEnabled() {
		userLog(taskOf(ctx), category, fmt.Sprintf(format, args...))
	}
}

// The two modes of userRegion.
const (
	regionStart = uint64(0)
	regionEnd   = uint64(1)
)

// WithRegion marks the time that fn takes as a region of its goroutine.
func WithRegion(ctx context.Context, regionType string, fn func()) {
	id := taskOf(ctx)
	userRegion(id, regionStart, regionType)
	defer userRegion(id, regionEnd, regionType)
	fn()
}

// Region is an interval of one goroutine.
type Region struct {
	id         uint64
	regionType string
	off        bool
}

// StartRegion begins a region; its End must be called on the same goroutine.
func StartRegion(ctx context.Context, regionType string) *Region {
	if !IsEnabled() {
		return &Region{off: true}
	}
	id := taskOf(ctx)
	userRegion(id, regionStart, regionType)
	return &Region{id: id, regionType: regionType}
}

// End marks the end of the region.
func (r *Region) End() {
	if !r.off {
		userRegion(r.id, regionEnd, r.regionType)
	}
}

//go:linkname userTaskCreate runtime/trace.userTaskCreate
func userTaskCreate(id, parentID uint64, taskType string)

//go:linkname userTaskEnd runtime/trace.userTaskEnd
func userTaskEnd(id uint64)

//go:linkname userRegion runtime/trace.userRegion
func userRegion(id, mode uint64, regionType string)

//go:linkname userLog runtime/trace.userLog
func userLog(id uint64, category, message string)
