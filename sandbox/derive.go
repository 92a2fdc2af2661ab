package sandbox

import (
	"bytes"
	"strings"
	"syscall"
)

// Capture is the start of a stream and the length of all of it.
type Capture struct {
	Kept  []byte
	Total int64
}

// Ending is what is known of how a program ended. Only Stderr and Crash are
// bytes the program had a hand in; Derive says what is believed of them.
type Ending struct {
	// Stopped is our own action, if there was one: killed, time_limit or
	// output_limit.
	Stopped Status
	// OOMKilled and TasksHit are the kernel's word on memory and tasks.
	OOMKilled, TasksHit bool
	Code                int            // exit code, -1 when a signal ended it
	Signal              syscall.Signal // 0 when it exited
	Stderr              Capture
	// Crash is the copy of its dying words that the Go runtime writes to a
	// descriptor of ours.
	Crash    Capture
	Race     bool // the race detector wrote to its descriptor
	DiskFull bool
}

// sigsys is SIGSYS where there is seccomp; the syscall package lacks it
// elsewhere.
const sigsys = syscall.Signal(31)

// The first lines of the runtime's dying words that say more than "it died".
const (
	raceMark     = "WARNING: DATA RACE\n"
	fatalPrefix  = "fatal error: "
	fatalAsleep  = "all goroutines are asleep - deadlock!"
	fatalMemory  = "out of memory" // what was allocated may stand before or after it
	fatalMapping = "cannot allocate memory"
	fatalThread  = "newosproc"
	fatalGoexit  = "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n"
	crashSigsys  = "SIGSYS: bad system call"
	crashSegv    = "SIGSEGV: segmentation violation"
)

// Derive says how a run ended. The order is what makes it trustworthy: what
// we did, then what the kernel says, then what the runtime wrote to a
// descriptor that printing does not reach, then the exit code.
//
// A program that writes to our descriptors can mislabel its own run, so a
// status is information for people, never a grade.
func Derive(e Ending) Status {
	switch {
	case e.Stopped != "":
		return e.Stopped
	case e.OOMKilled:
		return StatusMemoryLimit
	case e.TasksHit, e.Code != 0 && e.fatal() == fatalThread:
		return StatusProcessLimit
	case e.Signal == sigsys:
		return StatusForbidden
	case bytes.HasPrefix(e.Crash.Kept, []byte(crashSigsys)):
		return StatusForbidden
	case e.Code == 66 && e.Race:
		return StatusRace
	}
	if s := e.dyingWords(); s != "" {
		return s
	}
	switch {
	case e.Code != 0 && e.DiskFull:
		return StatusDiskLimit
	case e.Code != 0:
		return StatusRuntimeError
	}
	return StatusOK
}

// dyingWords reads the status off a fatal error, or returns "".
func (e Ending) dyingWords() Status {
	if e.Code != 2 {
		return ""
	}
	switch fatal := e.fatal(); {
	case fatal == fatalAsleep:
		return StatusDeadlock
	case strings.Contains(fatal, fatalMemory), strings.Contains(fatal, fatalMapping):
		return StatusMemoryLimit
	case e.collectorDied():
		return StatusMemoryLimit
	case fatal == "":
	default:
		return StatusRuntimeError
	}
	// When main called Goexit and nothing is left, the runtime has no
	// goroutine to print and writes nothing to the crash descriptor.
	if e.Crash.Total == 0 && bytes.HasSuffix(e.Stderr.Kept, []byte(fatalGoexit)) &&
		e.Stderr.Total == int64(len(e.Stderr.Kept)) {
		return StatusDeadlock
	}
	return ""
}

// collectorDied says that the garbage collector went on with memory that it did
// not get: in Go 1.26 it does not always come to say that an allocation of its
// own failed, but uses the nil pointer. No program has these frames on top.
func (e Ending) collectorDied() bool {
	head, frames, _ := bytes.Cut(e.Crash.Kept, []byte("\nruntime."))
	return bytes.HasPrefix(head, []byte(crashSegv)) && bytes.Contains(head, []byte("addr=0x0")) && bytes.HasSuffix(head, []byte("]:")) &&
		bytes.HasPrefix(frames, []byte("(*spanQueue).tryDrain("))
}

// fatal returns what follows "fatal error: ", if stderr is anything, then
// that line, then exactly the bytes of the crash descriptor. Printing alone
// cannot bring that about, since the crash descriptor stays empty; nor can
// printing such a line and then panicking, since what the runtime writes after
// a fatal error starts with an empty line and what it writes of a panic does
// not.
func (e Ending) fatal() string {
	if e.Code != 2 || !bytes.HasPrefix(e.Crash.Kept, []byte("\n")) {
		return ""
	}
	at := e.Stderr.Total - e.Crash.Total
	if at <= 0 || at > int64(len(e.Stderr.Kept)) {
		return ""
	}
	before, after := e.Stderr.Kept[:at], e.Stderr.Kept[at:]
	n := min(len(after), len(e.Crash.Kept))
	if n == 0 || !bytes.Equal(after[:n], e.Crash.Kept[:n]) {
		return ""
	}
	return lastFatal(string(before))
}

// lastFatal returns what the last line of s says after "fatal error: ". The
// program may have printed to the same line before.
func lastFatal(s string) string {
	line, ok := strings.CutSuffix(s, "\n")
	if !ok {
		return ""
	}
	line = line[strings.LastIndexByte(line, '\n')+1:]
	if i := strings.LastIndex(line, fatalPrefix); i >= 0 {
		return line[i+len(fatalPrefix):]
	}
	return ""
}
