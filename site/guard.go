package site

import (
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// A local server can be reached by every page that the learner's browser has
// open. So each request must name this server (or a name that an attacker
// points here would do), must not come from another page, and must hold the
// token that only this learner has. No answer carries a CORS header.

// cookieName is where a browser keeps the token. It is sent to this host only,
// never read by scripts, and never sent along from another site.
const cookieName = "tutor_session"

// policy lets a page load from this server only, and run no inline script.
const policy = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// headers sets what every answer says to the browser.
func headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		return next(c)
	}
}

// guardHost refuses requests for another name: a page whose name was pointed
// at this address (DNS rebinding) would otherwise count as ours.
func (s *Server) guardHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if host := c.Request().Host; !ownHost(s.Addr, host) {
			return fail("foreign-host", "The request is for %q; this server listens on %s. Open the address that tutor printed.", host, s.Addr)
		}
		return next(c)
	}
}

// ownHost says whether host (as in a Host header) is a name of addr. When addr
// is a loopback address these are the loopback addresses and localhost. When
// others can reach it, any address is a name of it: an attacker can point a
// name here, but not an address.
func ownHost(addr, host string) bool {
	_, wantPort, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	if port != wantPort {
		return false
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.IsLoopback() || !Loopback(addr)
	}
	own, err := os.Hostname()
	return err == nil && !Loopback(addr) && strings.EqualFold(name, own)
}

// Loopback says whether only this machine can reach addr, HOST:PORT.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// session lets in who holds the token: in the Authorization header, or in the
// cookie. A browser gets the cookie for the token in the address, once.
func (s *Server) session(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if open(c.Path()) && r.Method == http.MethodGet {
			return next(c)
		}
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			if !s.tokenIs(bearer) {
				return fail("no-session", "The bearer token is not this server's. It is in the file token of the data folder.")
			}
			if err := notForeign(r); err != nil {
				return err // no honest script says that it is another page
			}
			return next(c)
		}
		if err := sameOrigin(r); err != nil {
			return err
		}
		if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet && !forMachines(c) {
			return s.openSession(c, token)
		}
		cookie, err := r.Cookie(cookieName)
		if err != nil || !s.tokenIs(cookie.Value) {
			return s.noSession(c)
		}
		return next(c)
	}
}

// openSession trades the token in the address for the cookie, and sends the
// browser on to the same address without it, so that it stays in no history.
func (s *Server) openSession(c echo.Context, token string) error {
	if !s.tokenIs(token) {
		return fail("no-session", "The token in this address is not this server's: it may be of another data folder. Open the address that tutor printed when it started.")
	}
	c.SetCookie(&http.Cookie{Name: cookieName, Value: s.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: 400 * 24 * 3600})
	u := *c.Request().URL
	q := u.Query()
	q.Del("token")
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusSeeOther, (&url.URL{Path: localPath(u.Path), RawQuery: q.Encode()}).String())
}

// localPath keeps a redirect on this server: //host would be another one.
func localPath(path string) string { return "/" + strings.TrimLeft(path, `/\`) }

func (s *Server) noSession(c echo.Context) error {
	if forMachines(c) {
		return fail("no-session", "Send Authorization: Bearer TOKEN, with the token of the file token in the data folder.")
	}
	return fail("no-session", "This course is private to whoever started it. Open the address that tutor printed in its terminal, or type tutor there again: it opens the page. If you came by a link, go to the front page once more.")
}

// tokenIs compares without telling by its time how much was right.
func (s *Server) tokenIs(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.Token)) == 1
}

// sameOrigin refuses what another page makes the browser send. A browser says
// so by Sec-Fetch-Site (SameSite alone ignores the port) and Origin. Reading by
// a link from elsewhere is fine.
func sameOrigin(r *http.Request) error {
	from := r.Header.Get("Sec-Fetch-Site")
	safe := r.Method == http.MethodGet
	known, err := namedOrigin(r)
	if err != nil {
		return err
	}
	switch {
	case from == "same-origin", safe && (from == "" || from == "none"):
		return nil
	case from == "" && known:
		return nil // a browser without Sec-Fetch-Site
	case safe && r.Header.Get("Sec-Fetch-Mode") == "navigate":
		return nil
	case from == "":
		return fail("no-session", "The request has no token and does not say which page it comes from. A script sends Authorization: Bearer TOKEN, with the token of the file token in the data folder.")
	}
	return fail("foreign-origin", "The browser says that the request is %s. Only pages of this server may change something.", from)
}

// namedOrigin says whether the request names the page it comes from. That of
// another server is refused. "null" is what a page without a referrer says.
func namedOrigin(r *http.Request) (known bool, err error) {
	origin := r.Header.Get("Origin")
	if origin == "" || origin == "null" {
		return false, nil
	}
	if !originIs(origin, r.Host) {
		return true, fail("foreign-origin", "A page of %s asked for this. Only pages of this server may.", origin)
	}
	return true, nil
}

// notForeign refuses what says of itself that another page made it, whatever
// it holds.
func notForeign(r *http.Request) error {
	if _, err := namedOrigin(r); err != nil {
		return err
	}
	switch from := r.Header.Get("Sec-Fetch-Site"); from {
	case "", "none", "same-origin":
		return nil
	default:
		return fail("foreign-origin", "The browser says that the request is %s. Only pages of this server may ask.", from)
	}
}

// originIs says whether origin is that of a page of host.
func originIs(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host)
}

// plainly is r as routes want it: %2F is /, since draft keys hold one, and HEAD
// is GET, since net/http leaves the body of the answer out.
func plainly(r *http.Request) *http.Request {
	plain, u := *r, *r.URL
	u.RawPath = ""
	plain.URL = &u
	if r.Method == http.MethodHead {
		plain.Method = http.MethodGet
	}
	return &plain
}

// The bounds on a body that is refused anyway: so much of it is read and
// thrown away, so that the sender is still there to read why.
const (
	drainMost   = 64 << 20
	drainWithin = 5 * time.Second
)

// bounded refuses bodies that are too large, before anything is parsed.
func bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, body := c.Request(), c.Request().Body
		most := int64(maxBody)
		if uploads(c) {
			most = maxTrace
			_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(uploadWithin))
		}
		if r.ContentLength > most {
			drain(c, body)
			return tooLarge(r.ContentLength, most)
		}
		r.Body = http.MaxBytesReader(c.Response(), body, most)
		err := next(c)
		if p := (*problem)(nil); err != nil && !c.Response().Committed {
			if p = problemOf(err); p.Status == http.StatusRequestEntityTooLarge {
				drain(c, body)
			}
		}
		return err
	}
}

func drain(c echo.Context, body io.Reader) {
	if c.Request().Header.Get("Expect") != "" {
		return // it waits for leave to send, and does not get it
	}
	ctl := http.NewResponseController(c.Response())
	_ = ctl.SetReadDeadline(time.Now().Add(drainWithin))
	_, _ = io.CopyN(io.Discard, body, drainMost)
}

// recovered turns a panic of ours into an error, so that one request is lost
// and not the server.
func (s *Server) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler {
					panic(r)
				}
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		return next(c)
	}
}
