package site

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// openAPI describes the API.
//
//go:embed openapi.json
var openAPI []byte

// serveOpenAPI is GET /api/openapi.json.
func serveOpenAPI(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/json", openAPI)
}

// healthResponse says that the server lives. Proof, for ?nonce=, shows that it
// holds the token without telling it.
type healthResponse struct {
	Status  string `json:"status"`
	Version string `json:"version"`
	Proof   string `json:"proof,omitempty"`
}

// health is GET /healthz.
func (s *Server) health(c echo.Context) error {
	resp := healthResponse{Status: "ok", Version: s.Version}
	if nonce := c.QueryParam("nonce"); nonce != "" {
		resp.Proof = proof(s.Token, nonce)
	}
	return c.JSON(http.StatusOK, resp)
}

// proof is what only a holder of token can say to nonce.
func proof(token, nonce string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("tutor healthz " + nonce))
	return hex.EncodeToString(mac.Sum(nil))
}

// ready is GET /readyz: whether drafts can be saved and programs run.
func (s *Server) ready(c echo.Context) error {
	if _, err := s.Store.Progress(c.Request().Context()); err != nil {
		return err
	}
	if m := s.Machine(); m.Problem != "" {
		return c.JSON(http.StatusServiceUnavailable, map[string]string{"status": "not ready", "why": m.Problem})
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}

// counts are the counters of /metrics, by name and label.
type counts struct {
	mu sync.Mutex
	n  map[string]int
}

func newCounts() *counts { return &counts{n: map[string]int{}} }

// add counts one thing that happened. Label values come from small sets of
// ours, never from a request.
func (c *counts) add(name, label, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[fmt.Sprintf("%s{%s=%q}", name, label, value)]++
}

// text writes the counters in the Prometheus text format.
func (c *counts) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	last := ""
	for _, series := range slices.Sorted(maps.Keys(c.n)) {
		if name, _, _ := strings.Cut(series, "{"); name != last {
			fmt.Fprintf(&b, "# TYPE %s counter\n", name)
			last = name
		}
		fmt.Fprintf(&b, "%s %d\n", series, c.n[series])
	}
	return b.String()
}

// counted counts answers by their status.
func (s *Server) counted(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.counts.add("tutor_http_responses_total", "code", strconv.Itoa(c.Response().Status))
		return nil
	}
}

// metrics is GET /metrics.
func (s *Server) metrics(c echo.Context) error {
	text := s.counts.text() + fmt.Sprintf("# TYPE tutor_live gauge\ntutor_live %d\n# TYPE go_goroutines gauge\ngo_goroutines %d\n",
		s.live.count(), runtime.NumGoroutine()) + s.primedText()
	return c.Blob(http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", []byte(text))
}
