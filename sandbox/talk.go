package sandbox

import "os"

// talk are our ends of the pipes to a program.
type talk struct {
	printed *os.File // its stdout
	stdin   *os.File // nil when it has none
	in, out *os.File // its descriptors 3 and 4; nil without a conversation
}
