package sandbox

import (
	"io"
	"os"
	"sync"
)

// pump reads until the end and hands on what it reads.
func pump(from io.Reader, take func([]byte)) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			take(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// collector keeps the start of a stream and counts all of it.
type collector struct {
	from *os.File
	keep int

	mu   sync.Mutex
	kept []byte
	seen int64
}

func (c *collector) run(also func([]byte)) {
	pump(c.from, func(b []byte) {
		c.add(b)
		if also != nil {
			also(b)
		}
	})
}

func (c *collector) add(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen += int64(len(b))
	c.kept = append(c.kept, b[:min(len(b), c.keep-len(c.kept))]...)
}

func (c *collector) total() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen
}

func (c *collector) capture() Capture {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Capture{Kept: c.kept, Total: c.seen}
}
