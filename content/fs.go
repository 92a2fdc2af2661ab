package content

import (
	"embed"
	"io/fs"
)

//go:embed course.yaml all:[0-9]*
var embedded embed.FS

// FS is the course of this binary: course.yaml, and a folder a chapter.
func FS() fs.FS { return embedded }
