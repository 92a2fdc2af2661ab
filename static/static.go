package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"sync"
)

//go:embed dist
var embedded embed.FS

// FS holds the bundles by name: "app.js", "tutor.css", "tutor-text.woff2".
func FS() fs.FS {
	sub, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path; go:embed made it
	}
	return sub
}

// URL is the path of a bundle with its version, as
// "/static/app.js?v=0123456789". What it points to never changes, so it may be
// cached for ever. A name that is not in FS gets no version.
func URL(name string) string {
	hash, known := versions()[name]
	if !known {
		return "/static/" + name
	}
	return "/static/" + name + "?v=" + hash
}

var versions = sync.OnceValue(func() map[string]string {
	all := make(map[string]string)
	entries, _ := embedded.ReadDir("dist")
	for _, entry := range entries {
		data, err := embedded.ReadFile(path.Join("dist", entry.Name()))
		if err != nil {
			continue
		}
		sum := sha256.Sum256(data)
		all[entry.Name()] = hex.EncodeToString(sum[:])[:versionLen]
	}
	return all
})

// versionLen is how many hex digits of the hash go into a URL: enough for the
// few versions of one file that a browser can have seen.
const versionLen = 10
