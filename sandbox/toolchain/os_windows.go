package toolchain

import (
	"context"
	"os"
	"os/exec"
	"time"
)

// lockFile holds the file open for itself alone, which Windows does by the
// name of a folder that only one can make.
func lockFile(ctx context.Context, name string) (unlock func(), err error) {
	for {
		err := os.Mkdir(name+".held", 0o755)
		if err == nil {
			return func() { os.Remove(name + ".held") }, nil
		}
		if !os.IsExist(err) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// lowPriority does nothing here.
func lowPriority(int) {}

// endTogether would end what a command started with it.
func endTogether(*exec.Cmd) {}
