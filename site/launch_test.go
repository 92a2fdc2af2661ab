package site

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

func TestTokenIsKept(t *testing.T) {
	dir := t.TempDir()
	token, err := Token(dir)
	if err != nil || len(token) < 32 {
		t.Fatalf("Token = %q, %v", token, err)
	}
	if again, err := Token(dir); err != nil || again != token {
		t.Errorf("Token = %q, %v the second time; want the same", again, err)
	}
	if other, err := Token(t.TempDir()); err != nil || other == token {
		t.Errorf("Token = %q, %v of another folder; want another", other, err)
	}
}

// A token that others could read, or that is none, is made anew.
func TestTokenIsReplaced(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for name, change := range map[string]func(string) error{
		"readable by others": func(file string) error { return os.Chmod(file, 0o644) },
		"empty":              func(file string) error { return os.WriteFile(file, nil, 0o600) },
		"short":              func(file string) error { return os.WriteFile(file, []byte("abc"), 0o600) },
	} {
		dir := t.TempDir()
		old, err := Token(dir)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "token")
		if err := change(file); err != nil {
			t.Fatal(err)
		}
		token, err := Token(dir)
		if err != nil || token == old || len(token) < 32 {
			t.Errorf("%s: Token = %q, %v; want a new one", name, token, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 600", name, info.Mode(), err)
		}
	}
}

func TestListen(t *testing.T) {
	w := newWorld(t, nil)
	dir := t.TempDir()

	// our own port is taken, by a server of another folder
	found, err := Listen(t.Context(), dir, w.host, false)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Listener.Close()
	_, taken, _ := net.SplitHostPort(w.host)
	if found.Running != nil || !strings.Contains(found.Note, "Port "+taken+" is taken") || !Loopback(found.Listener.Addr().String()) {
		t.Errorf("Listen = %+v; want a free port and a note", found)
	}

	// asked for by name it is an error that says so
	if _, err := Listen(t.Context(), dir, w.host, true); err == nil || !strings.Contains(err.Error(), w.host) || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("Listen = %v; want an error that names the address", err)
	}
	if _, err := Listen(t.Context(), dir, "nonsense", false); err == nil {
		t.Error("an address without a port is taken")
	}

	// a server of the same folder is opened
	gone, err := Announce(dir, Running{URL: w.url, PID: os.Getpid(), Version: "test", Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	found, err = Listen(t.Context(), dir, w.host, false)
	if err != nil || found.Running == nil {
		t.Fatalf("Listen = %+v, %v; want the running server", found, err)
	}
	if a := w.do(http.MethodGet, strings.TrimPrefix(found.Running.Open(), w.url), "", "Accept: text/html"); a.code != 303 || a.header.Get("Set-Cookie") == "" {
		t.Errorf("%s answers %d; want the session", found.Running.Open(), a.code)
	}
	if err := gone(); err != nil {
		t.Fatal(err)
	}
	if r := FindRunning(t.Context(), dir); r != nil {
		t.Errorf("FindRunning = %+v after it is gone", r)
	}
}

func TestServerFile(t *testing.T) {
	dir := t.TempDir()
	gone, err := Announce(dir, Running{URL: "http://127.0.0.1:1", PID: 1, Version: "v", Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "server.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil || len(got) != 4 || got["url"] != "http://127.0.0.1:1" || got["pid"] != 1.0 || got["version"] != "v" || got["token"] != "t" {
		t.Errorf("server.json = %s, %v", data, err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 600", info.Mode(), err)
	}
	// another server has taken over: its file stays
	if _, err := Announce(dir, Running{URL: "http://127.0.0.1:2", PID: 2, Token: "t"}); err != nil {
		t.Fatal(err)
	}
	if err := gone(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the other server's file is gone: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".new-*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// What has the port of a server that was killed is not taken for it, and is
// not told the token.
func TestImpostor(t *testing.T) {
	var asked []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Cookie"))
		_, _ = w.Write([]byte(`{"status":"ok","version":"test","proof":"00"}`))
	}))
	defer other.Close()
	dir := t.TempDir()
	if _, err := Announce(dir, Running{URL: other.URL, PID: 1, Token: testToken}); err != nil {
		t.Fatal(err)
	}
	if r := FindRunning(t.Context(), dir); r != nil {
		t.Errorf("FindRunning = %+v; want none: it does not hold the token", r)
	}
	if len(asked) == 0 || strings.Contains(strings.Join(asked, " "), testToken) {
		t.Errorf("it was asked %q; want a question without the token", asked)
	}
	if err := os.WriteFile(filepath.Join(dir, "server.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := FindRunning(t.Context(), dir); r != nil {
		t.Errorf("FindRunning = %+v of a broken file", r)
	}
}

// Where others can reach it, the level decides (S08).
func TestCheckExposure(t *testing.T) {
	weak := sandbox.Isolation{Level: 1, Name: "restricted", Missing: []string{"userns"}}
	for _, c := range []struct {
		addr   string
		level  int
		accept bool
		ok     bool
	}{
		{"127.0.0.1:8080", 0, false, true},
		{"[::1]:8080", 0, false, true},
		{"localhost:8080", 0, false, true},
		{"0.0.0.0:8080", 1, false, false},
		{":8080", 1, false, false},
		{"[::]:8080", 0, false, false},
		{"192.168.1.2:8080", 1, false, false},
		{"example.org:80", 1, false, false},
		{"0.0.0.0:8080", 1, true, true},
		{"0.0.0.0:8080", 2, false, true},
		{"0.0.0.0:8080", 3, false, true},
	} {
		is := weak
		is.Level = c.level
		err := CheckExposure(c.addr, is, []string{"sysctl -w kernel.unprivileged_userns_clone=1"}, c.accept)
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
		if err != nil {
			for _, part := range []string{c.addr, "userns", "sysctl", "--accept-reduced-isolation"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the refusal lacks %q: %v", part, err)
				}
			}
		}
	}
}

func TestOwnHost(t *testing.T) {
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		addr, host string
		want       bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:8080", true},
		{"127.0.0.1:8080", "localhost:8080", true},
		{"127.0.0.1:8080", "LOCALHOST:8080", true},
		{"127.0.0.1:8080", "[::1]:8080", true},
		{"127.0.0.1:8080", "127.0.0.1:8081", false},
		{"127.0.0.1:8080", "127.0.0.1", false},
		{"127.0.0.1:80", "127.0.0.1", true},
		{"[::1]:80", "[::1]", true},
		{"127.0.0.1:8080", "evil.example:8080", false},
		{"127.0.0.1:8080", "127.0.0.1.evil.example:8080", false},
		{"127.0.0.1:8080", "localhost.evil.example:8080", false},
		{"127.0.0.1:8080", "192.168.1.2:8080", false},
		{"127.0.0.1:8080", "", false},
		{"0.0.0.0:8080", "192.168.1.2:8080", true},
		{"0.0.0.0:8080", "evil.example:8080", false},
		{"0.0.0.0:8080", name + ":8080", true},
		{"127.0.0.1:8080", name + ":8080", strings.EqualFold(name, "localhost")},
	} {
		if got := ownHost(c.addr, c.host); got != c.want {
			t.Errorf("ownHost(%q, %q) = %v, want %v", c.addr, c.host, got, c.want)
		}
	}
}
