package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// cache keeps what was proven, one file a proof, named by a hash of all that
// the proof rests on. Only what was true is kept, so that a failure is always
// looked at again. Trouble with its files means only that more is run.
type cache struct{ dir string }

// unusedFor is how long a proof that nobody asked for is kept.
const unusedFor = 30 * 24 * time.Hour

// keyOf names a proof by its parts. Bump the first word when what is proven
// changes its meaning.
func keyOf(parts ...string) string {
	h := sha256.New()
	fmt.Fprint(h, "verify 1")
	for _, p := range parts {
		fmt.Fprintf(h, "\x00%d\x00%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:40]
}

// load fills v from a proof; false when there is none.
func (c *cache) load(key string, v any) bool {
	if c.dir == "" {
		return false
	}
	name := filepath.Join(c.dir, key+".json")
	data, err := os.ReadFile(name)
	if err != nil || json.Unmarshal(data, v) != nil {
		return false
	}
	now := time.Now()
	_ = os.Chtimes(name, now, now) // it only delays the sweep
	return true
}

// store keeps a proof.
func (c *cache) store(key string, v any) {
	if c.dir == "" {
		return
	}
	data, err := json.Marshal(v)
	if err != nil || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	tmp, err := os.CreateTemp(c.dir, "new-*")
	if err != nil {
		return
	}
	_, err = tmp.Write(data)
	if cerr := tmp.Close(); err != nil || cerr != nil || os.Rename(tmp.Name(), filepath.Join(c.dir, key+".json")) != nil {
		_ = os.Remove(tmp.Name()) // the next sweep takes it
	}
}

// sweep removes what nobody asked for in a long time.
func (c *cache) sweep(now time.Time) {
	entries, err := os.ReadDir(c.dir)
	if c.dir == "" || err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !e.IsDir() && now.Sub(info.ModTime()) > unusedFor {
			_ = os.Remove(filepath.Join(c.dir, e.Name())) // gone already is as good
		}
	}
}
