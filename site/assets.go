package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// assets serves the bundles. What has its hash in the address never changes
// and is cached for ever; compressing is done once.
type assets struct {
	files  fs.FS
	packed sync.Map // name + hash -> []byte
}

// serve is GET /static/{name}.
func (a *assets) serve(c echo.Context) error {
	name := c.Param("*")
	if !fs.ValidPath(name) {
		return fail("not-found", "There is no such file.")
	}
	data, err := fs.ReadFile(a.files, name)
	if err != nil {
		return fail("not-found", "There is no file %q.", clip(name, maxName))
	}
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	h := c.Response().Header()
	h.Set("ETag", `"`+hash[:20]+`"`)
	h.Set("Vary", "Accept-Encoding")
	if v := c.QueryParam("v"); v != "" && strings.HasPrefix(hash, v) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if c.Request().Header.Get("If-None-Match") == h.Get("ETag") {
		return c.NoContent(http.StatusNotModified)
	}
	kind, text := typeOf(name)
	if text && len(data) > 1024 && strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		data = a.pack(name+hash, data)
	}
	return c.Blob(http.StatusOK, kind, data)
}

// pack compresses data once.
func (a *assets) pack(key string, data []byte) []byte {
	if have, ok := a.packed.Load(key); ok {
		return have.([]byte)
	}
	packed := compressed(data, gzip.BestCompression)
	a.packed.Store(key, packed)
	return packed
}

// compressed is data in gzip's format; level is one of gzip's.
func compressed(data []byte, level int) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, level) // the level is valid
	_, _ = z.Write(data)                   // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// favicon answers browsers that ask for one whatever the page says.
func (a *assets) favicon(c echo.Context) error {
	data, err := fs.ReadFile(a.files, "favicon.svg")
	if err != nil {
		return c.NoContent(http.StatusNoContent)
	}
	return c.Blob(http.StatusOK, "image/svg+xml", data)
}

// typeOf is the media type of a file, the same on every system, and whether it
// is worth compressing.
func typeOf(name string) (kind string, text bool) {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8", true
	case ".css":
		return "text/css; charset=utf-8", true
	case ".svg":
		return "image/svg+xml", true
	case ".json", ".map":
		return "application/json", true
	case ".txt":
		return "text/plain; charset=utf-8", true
	case ".woff2":
		return "font/woff2", false
	case ".png":
		return "image/png", false
	}
	return "application/octet-stream", false
}
