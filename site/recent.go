package site

import (
	"container/list"
	"crypto/rand"
	"encoding/hex"
	"sync"
)

// recent keeps the values that were used last, up to a number of bytes. The
// newest one is kept whatever its size. Large ones make room for each other
// first, so that one that is as large as may be does not push out all others.
type recent[T any] struct {
	mu    sync.Mutex
	most  int64
	bytes int64
	order *list.List // of *kept[T], newest first
	byID  map[string]*list.Element
}

type kept[T any] struct {
	id    string
	value T
	bytes int64
}

func newRecent[T any](most int64) *recent[T] {
	return &recent[T]{most: most, order: list.New(), byID: map[string]*list.Element{}}
}

// put keeps v, which takes about so many bytes, under id.
func (r *recent[T]) put(id string, v T, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.byID[id]; ok {
		r.drop(old)
	}
	r.byID[id] = r.order.PushFront(&kept[T]{id, v, bytes})
	r.bytes += bytes
	for r.bytes > r.most && r.order.Len() > 1 {
		r.drop(r.victim())
	}
}

// largePart is the part of all that may be kept from which on a value is large.
const largePart = 16

// victim is what makes room: of the large values the one that was used longest
// ago, but for the newest; without one, of all. r.mu is held.
func (r *recent[T]) victim() *list.Element {
	for e := r.order.Back(); e != r.order.Front(); e = e.Prev() {
		if e.Value.(*kept[T]).bytes > r.most/largePart {
			return e
		}
	}
	return r.order.Back()
}

// get answers with what is kept under id.
func (r *recent[T]) get(id string) (v T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.byID[id]
	if !ok {
		return v, false
	}
	r.order.MoveToFront(e)
	return e.Value.(*kept[T]).value, true
}

// newest answers with the newest value that f likes, without touching it.
func (r *recent[T]) newest(f func(T) bool) (v T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for e := r.order.Front(); e != nil; e = e.Next() {
		if k := e.Value.(*kept[T]); f(k.value) {
			return k.value, true
		}
	}
	return v, false
}

// drop forgets e. r.mu is held.
func (r *recent[T]) drop(e *list.Element) {
	k := r.order.Remove(e).(*kept[T])
	delete(r.byID, k.id)
	r.bytes -= k.bytes
}

// newID is a name for a run that nobody can guess.
func newID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // it never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// list is all that is kept, newest first.
func (r *recent[T]) list() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]T, 0, r.order.Len())
	for e := r.order.Front(); e != nil; e = e.Next() {
		out = append(out, e.Value.(*kept[T]).value)
	}
	return out
}
