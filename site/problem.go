package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"course/tutor/learner"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// problem is a refusal, as RFC 9457 describes one. It is an error whose text
// is for the learner.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Limit  *bound         `json:"limit,omitempty"`
	Draft  *learner.Draft `json:"draft,omitempty"` // the other version, in a conflict
}

func (p *problem) Error() string { return p.Detail }

// bound is a limit that a request did not keep.
type bound struct {
	Name    string  `json:"name"`
	Allowed float64 `json:"allowed"`
	Used    float64 `json:"used"`
}

// kinds is the one table from the name of a problem to its status.
func kinds(name string) (status int, title string) {
	switch name {
	case "bad-request":
		return http.StatusBadRequest, "The request can't be read"
	case "not-utf8":
		return http.StatusBadRequest, "The text is not UTF-8"
	case "bad-name":
		return http.StatusBadRequest, "A file name can't be used"
	case "empty":
		return http.StatusBadRequest, "There is nothing to run"
	case "no-session":
		return http.StatusForbidden, "This needs the link that tutor printed"
	case "foreign-host":
		return http.StatusForbidden, "This is not the name of this server"
	case "foreign-origin":
		return http.StatusForbidden, "Another web page asked for this"
	case "not-found":
		return http.StatusNotFound, "There is no such thing here"
	case "method":
		return http.StatusMethodNotAllowed, "That can't be done with this address"
	case "conflict":
		return http.StatusConflict, "Another version was saved meanwhile"
	case "too-large":
		return http.StatusRequestEntityTooLarge, "That is too large"
	case "media-type":
		return http.StatusUnsupportedMediaType, "The API takes JSON"
	case "bad-trace":
		return http.StatusUnprocessableEntity, "This trace can't be read"
	case "unsupported":
		return http.StatusUnprocessableEntity, "That is not available"
	case "busy":
		return http.StatusTooManyRequests, "Too much is running at once"
	case "no-go":
		return http.StatusServiceUnavailable, "Nothing can be run on this machine yet"
	case "machine":
		return http.StatusServiceUnavailable, "The machine stands in the way"
	case "stopping":
		return http.StatusServiceUnavailable, "The server is stopping"
	}
	return http.StatusInternalServerError, "Something broke on our side"
}

// fail makes a problem of a kind; its detail says what, where and what to do.
func fail(name, format string, args ...any) *problem {
	status, title := kinds(name)
	return &problem{Type: "/problems/" + name, Title: title, Status: status, Detail: fmt.Sprintf(format, args...)}
}

// over makes a problem of a bound that was not kept.
func over(name string, allowed, used int, format string, args ...any) *problem {
	p := fail("too-large", format, args...)
	p.Limit = &bound{name, float64(allowed), float64(used)}
	return p
}

// problemOf turns any error into what the learner is told of it.
func problemOf(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return tooLarge(-1, maxBody)
	}
	var machine *sandbox.MachineError
	if errors.As(err, &machine) {
		return fail("machine", "%s.", page.Capital(machine.Says))
	}
	if errors.Is(err, context.Canceled) {
		return fail("stopping", "The request was given up before it was done.")
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		switch he.Code {
		case http.StatusNotFound:
			return fail("not-found", "Check the address, or start from the front page.")
		case http.StatusMethodNotAllowed:
			return fail("method", "The address is right, the method is not: /api/openapi.json lists both.")
		}
	}
	return fail("internal", "It has been noted in the log. Try it again.")
}

// answerError is echo's error handler: the API gets the problem as JSON, a
// reader gets a page.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError {
		s.Log.Error("request failed", "method", c.Request().Method, "path", c.Request().URL.Path, "err", err)
	}
	if p.Status == http.StatusTooManyRequests {
		c.Response().Header().Set("Retry-After", "2")
	}
	if forMachines(c) {
		err = writeProblem(c, p)
	} else {
		err = s.errorPage(c, p)
	}
	if err != nil {
		s.Log.Debug("answer lost", "err", err)
	}
}

// forMachines says whether a request wants JSON rather than a page.
func forMachines(c echo.Context) bool {
	path, accept := c.Request().URL.Path, c.Request().Header.Get("Accept")
	return strings.HasPrefix(path, "/api/") || !strings.Contains(accept, "text/html") && strings.Contains(accept, "json")
}

func writeProblem(c echo.Context, p *problem) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.Blob(p.Status, "application/problem+json", append(data, '\n'))
}

// errorPage shows a problem: one fact, one thing to do.
func (s *Server) errorPage(c echo.Context, p *problem) error {
	v := page.ErrorView{Chrome: s.chrome(c, nil), Status: p.Status, Fact: p.Title + ".", Action: p.Detail}
	return html(c, p.Status, func(w io.Writer) error { return s.Page.Error(w, v) })
}
