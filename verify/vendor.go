package verify

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"course/tutor/modules"
)

// vendored holds the vendor list of course.yaml against the modules that come
// with this tutor.
func (r *run) vendored() error {
	const file = "course.yaml"
	if len(r.course.Vendor) == 0 || !r.wants(inContent(file)) {
		return nil
	}
	data, err := fs.ReadFile(r.cfg.Content, file)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	var there []string
	for _, m := range modules.Vendored().Modules {
		there = append(there, m.Path+"@"+m.Version)
	}
	for _, want := range r.course.Vendor {
		if slices.Contains(there, want) {
			continue
		}
		line := 1 + bytes.Count(data[:max(0, bytes.Index(data, []byte(want)))], []byte("\n"))
		fix := "this tutor comes with " + strings.Join(there, ", ")
		r.add(inContent(file), line, "front-matter", fmt.Sprintf("vendor: %s is not among the modules of this tutor", want), fix)
	}
	return nil
}
