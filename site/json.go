package site

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
)

// nothing is the request or the response of an endpoint that has none.
type nothing struct{}

// handle makes an endpoint of a function: a typed request in, a typed response
// out. A request's fields tagged param come from the path, the rest from a
// JSON body.
func handle[Req, Resp any](s *Server, f func(context.Context, *Req) (Resp, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		var req Req
		if err := read(c, &req); err != nil {
			return err
		}
		resp, err := f(c.Request().Context(), &req)
		if err != nil {
			return err
		}
		if _, none := any(resp).(nothing); none {
			return c.NoContent(http.StatusNoContent)
		}
		return c.JSON(http.StatusOK, resp)
	}
}

// stream is handle for something that takes time: whoever accepts
// text/event-stream is told what happens by emit, and gets the response as the
// last event.
func stream[Req, Resp any](s *Server, f func(context.Context, *Req, emit) (Resp, error)) echo.HandlerFunc {
	plain := handle(s, func(ctx context.Context, req *Req) (Resp, error) {
		return f(ctx, req, func(string, any) {})
	})
	return func(c echo.Context) error {
		if !wantsEvents(c) {
			return plain(c)
		}
		var req Req
		if err := read(c, &req); err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(c.Request().Context())
		defer cancel()
		out := newEvents(c, s.pace, cancel)
		defer out.close()
		resp, err := f(ctx, &req, out.emit)
		switch {
		case err == nil:
			out.emit("result", resp)
		case !out.begun():
			return err
		default:
			s.Log.Error("run failed", "path", c.Request().URL.Path, "err", err)
			out.emit("problem", problemOf(err))
		}
		return nil
	}
}

// read fills req from the path and, where the method has one, from the body.
func read(c echo.Context, req any) error {
	if err := (&echo.DefaultBinder{}).BindPathParams(c, req); err != nil {
		return fail("bad-request", "The address can't be read: %v.", err)
	}
	switch c.Request().Method {
	case http.MethodPost, http.MethodPut:
		return readBody(c.Request(), req)
	}
	return nil
}

// readBody decodes a JSON body strictly.
func readBody(r *http.Request, into any) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		return fail("media-type", "Send the body with Content-Type: application/json; it came with %q.", r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyError(err)
	}
	if at := invalidUTF8(body); at >= 0 {
		return fail("not-utf8", "Byte %d of the body is 0x%02x, which is not UTF-8. Save the file as UTF-8 and send it again.", at, body[at])
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return jsonError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fail("bad-request", "There is something after the JSON value, at byte %d. Send one value.", dec.InputOffset())
	}
	return nil
}

// bodyError says why a body could not be read to its end.
func bodyError(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return tooLarge(-1, maxBody)
	}
	return fail("bad-request", "The body ended too early: %v.", err)
}

// jsonError says where JSON is wrong.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return fail("bad-request", "The body is empty. Send a JSON object.")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fail("bad-request", "The JSON ends in the middle of a value.")
	case errors.As(err, &syntax):
		return fail("bad-request", "The JSON is wrong at byte %d: %v.", syntax.Offset, syntax)
	case errors.As(err, &kind):
		return fail("bad-request", "The field %q holds a JSON %s; it takes %s.", kind.Field, kind.Value, jsonName(kind.Type.String()))
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fail("bad-request", "There is no field %s. /api/openapi.json lists those there are.", field)
	}
	return fail("bad-request", "The JSON can't be read: %v.", err)
}

// jsonName says in JSON's words what a Go type takes.
func jsonName(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "an array"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "float"):
		return "a number"
	case strings.HasSuffix(goType, "bool"):
		return "true or false"
	case goType == "string":
		return "a string"
	}
	return "an object"
}

// invalidUTF8 is the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return -1
}

// tooLarge is the refusal of a whole body; used is -1 when it was not read to
// its end.
func tooLarge(used, most int64) *problem {
	said := "more than that"
	if used >= 0 {
		said = fmt.Sprintf("%s bytes", grouped(int(used)))
	}
	return over("body", int(most), int(max(used, most+1)),
		"The request holds %s; at most %s bytes (%d MiB) are read. Send less.", said, grouped(int(most)), most>>20)
}
