package content

import (
	"io"
	"os"
	"testing"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(os.DirFS("testdata/course")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	c, err := Load(os.DirFS("testdata/course"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, p := range c.Pages() {
			if err := p.Render(io.Discard, plainCells{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
