package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// emit tells whoever listens that something happened. It never blocks for
// longer than pace.within.
type emit func(name string, data any)

// pace is how a stream keeps time.
type pace struct {
	// beat is how often a comment is sent, so that no proxy takes a quiet run
	// for a dead one.
	beat time.Duration
	// within is how long a listener may take to accept one event. After it the
	// run is given up: a reader that stopped reading holds a slot.
	within time.Duration
}

// events writes server-sent events. The first one starts the answer, so that
// what goes wrong before it can still be a status.
type events struct {
	mu      sync.Mutex
	w       *echo.Response
	ctl     *http.ResponseController
	giveUp  func()
	pace    pace
	seq     int
	stopped chan struct{}
}

// newEvents returns events on c; giveUp is called when nobody reads them.
func newEvents(c echo.Context, p pace, giveUp func()) *events {
	return &events{w: c.Response(), ctl: http.NewResponseController(c.Response()), giveUp: giveUp, pace: p, stopped: make(chan struct{})}
}

// wantsEvents says whether the answer may be a stream.
func wantsEvents(c echo.Context) bool {
	return strings.Contains(c.Request().Header.Get("Accept"), "text/event-stream")
}

func (e *events) begun() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seq > 0
}

// emit writes one event and flushes it.
func (e *events) emit(name string, data any) {
	text, err := json.Marshal(data)
	if err != nil {
		text = []byte("null")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.seq == 0 {
		e.begin()
	}
	e.seq++
	e.write(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", e.seq, name, text))
}

// begin sends the head of the answer and starts the heartbeat.
func (e *events) begin() {
	h := e.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	e.w.WriteHeader(http.StatusOK)
	go func() {
		tick := time.NewTicker(e.pace.beat)
		defer tick.Stop()
		for {
			select {
			case <-e.stopped:
				return
			case <-tick.C:
				e.mu.Lock()
				e.write(": still here\n\n")
				e.mu.Unlock()
			}
		}
	}()
}

// write sends text at once. e.mu is held.
func (e *events) write(text string) {
	select {
	case <-e.stopped:
		return
	default:
	}
	_ = e.ctl.SetWriteDeadline(time.Now().Add(e.pace.within)) // a recorder has none
	if _, err := e.w.Write([]byte(text)); err != nil {
		e.giveUp()
		return
	}
	if err := e.ctl.Flush(); err != nil {
		e.giveUp()
	}
}

// close ends the heartbeat. Nothing is written after it.
func (e *events) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.stopped)
	_ = e.ctl.SetWriteDeadline(time.Time{})
}
