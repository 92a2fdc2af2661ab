package site

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"course/tutor/sandbox"
)

// Running is a server as server.json in the data folder describes it.
type Running struct {
	URL     string `json:"url"` // without the token
	PID     int    `json:"pid"`
	Version string `json:"version"`
	Token   string `json:"token"`
}

// Open is the address that opens the course in a browser.
func (r Running) Open() string { return r.URL + "/?token=" + url.QueryEscape(r.Token) }

// Listening is what Listen found: a server of this data folder that runs
// already, or a listener.
type Listening struct {
	Running  *Running // not nil: open that one
	Listener net.Listener
	// Note is a sentence for the terminal when the port is not the one that
	// was asked for; else "".
	Note string
}

// Listen finds where to serve. Explicit says that a person chose addr: then
// nothing else will do. Otherwise a tutor that runs with the same data folder
// is answered with, and a port that something else has is replaced by a free
// one.
func Listen(ctx context.Context, dir, addr string, explicit bool) (*Listening, error) {
	if !explicit {
		if r := FindRunning(ctx, dir); r != nil {
			return &Listening{Running: r}, nil
		}
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err == nil {
		return &Listening{Listener: ln}, nil
	}
	if explicit {
		return nil, fmt.Errorf("listen on %s: %w; choose another with --addr, or leave it out", addr, reason(err))
	}
	host, port, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, splitErr)
	}
	if ln, err = lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); err != nil {
		return nil, fmt.Errorf("listen on a free port of %s: %w", host, reason(err))
	}
	_, free, _ := net.SplitHostPort(ln.Addr().String()) // an address of net's own
	return &Listening{Listener: ln, Note: fmt.Sprintf("Port %s is taken by something else; using %s.", port, free)}, nil
}

// reason is the part of a network error that says why.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// askWithin is how long a server that may run already has to answer.
const askWithin = time.Second

// FindRunning finds the server that runs with a data folder; nil when there is
// none. What is left of one that was killed counts as none, and so does
// anything that has its port now and does not hold its token.
func FindRunning(ctx context.Context, dir string) *Running {
	data, err := os.ReadFile(serverFile(dir))
	if err != nil {
		return nil
	}
	var r Running
	if json.Unmarshal(data, &r) != nil || r.Token == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	nonce := newID()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/healthz?nonce="+nonce, nil)
	if err != nil {
		return nil
	}
	direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // never by a proxy
	resp, err := direct.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var health healthResponse
	if json.NewDecoder(resp.Body).Decode(&health) != nil || health.Proof != proof(r.Token, nonce) {
		return nil
	}
	return &r
}

func serverFile(dir string) string { return filepath.Join(dir, "server.json") }

// Announce writes server.json, for scripts and for the next tutor that starts.
// Gone takes it away again, unless another server has written its own since.
func Announce(dir string, r Running) (gone func() error, err error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if err := writePrivate(serverFile(dir), append(data, '\n')); err != nil {
		return nil, fmt.Errorf("announce the server: %w", err)
	}
	return func() error {
		now, err := os.ReadFile(serverFile(dir))
		var other Running
		if errors.Is(err, fs.ErrNotExist) || err == nil && json.Unmarshal(now, &other) == nil && other.PID != r.PID {
			return nil
		}
		return os.Remove(serverFile(dir))
	}, nil
}

// Token reads the token of a data folder, or makes one: who holds it may use
// the server. It is kept between launches, so that open pages stay valid.
func Token(dir string) (string, error) {
	name := filepath.Join(dir, "token")
	data, err := os.ReadFile(name)
	if token := strings.TrimSpace(string(data)); err == nil && len(token) >= 32 && private(name) {
		return token, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read token: %w", err)
	}
	var b [24]byte
	_, _ = rand.Read(b[:]) // it never fails: it ends the program instead
	token := hex.EncodeToString(b[:])
	if err := writePrivate(name, []byte(token+"\n")); err != nil {
		return "", fmt.Errorf("write token: %w", err)
	}
	return token, nil
}

// writePrivate replaces a file by one that only its owner can read.
func writePrivate(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), name)
}

// isolated is the level from which strangers may be let in.
const isolated = 2

// CheckExposure refuses to listen where others can reach it when what they run
// would not be isolated; accept is --accept-reduced-isolation.
func CheckExposure(addr string, is sandbox.Isolation, mends []string, accept bool) error {
	if Loopback(addr) || is.Level >= isolated || accept {
		return nil
	}
	text := fmt.Sprintf("others can reach %s, and programs here run at isolation level %d (%s), below %d", addr, is.Level, is.Name, isolated)
	if len(is.Missing) > 0 {
		text += "; missing: " + strings.Join(is.Missing, ", ")
	}
	for _, m := range mends {
		text += "\n\tto mend it: " + m
	}
	return errors.New(text + "\n\tor serve this machine only: --addr 127.0.0.1:8080\n\tor take the risk: --accept-reduced-isolation")
}
