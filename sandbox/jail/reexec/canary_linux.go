package reexec

import (
	"os"
	"syscall"
	"unsafe"
)

// The attacks a canary tries. Each says what came of it in letters on
// standard output, so that what counts is what happened and not what was
// configured.
const (
	// CanaryLook tries to get at the host: argv[2] is a port its parent
	// listens on, argv[3] its parent's process number, argv[4] a folder of
	// the host that anybody may write to, behind an @ that keeps it from being
	// translated.
	CanaryLook = "look"
	// CanaryFork starts as many processes as it can, at most argv[2], each
	// shown as one SawProcess.
	CanaryFork = "fork"
	// CanaryMemory takes memory of every kind, at most argv[2] MiB of each,
	// one SawMemory each.
	CanaryMemory = "memory"
	// CanaryForbidden makes a call that must end it, and says SawForbidden if not.
	CanaryForbidden = "forbidden"
	// CanaryStay ignores every signal, leaves a child behind and stays.
	CanaryStay = "stay"
	// CanaryNothing ends at once, with code 0.
	CanaryNothing = "nothing"
)

// What a canary got at.
const (
	SawItself    = '.' // it runs: said before anything else
	SawFile      = 'f' // read a file of the host
	SawWrite     = 'w' // wrote outside its own folder
	SawName      = 'n' // saw that a file of the host exists
	SawNetwork   = 'c' // connected to its parent
	SawProcesses = 'p' // may signal its parent
	SawExecute   = 'x' // may execute what is not its own
	SawProcess   = '+'
	SawMemory    = 'm'
	SawForbidden = 's'
)

func canary() {
	say(SawItself, 1)
	switch os.Args[1] {
	case CanaryLook:
		look()
	case CanaryFork:
		say(SawProcess, forkMany(atoi(os.Args[2])))
	case CanaryMemory:
		takeMemory(atoi(os.Args[2]))
	case CanaryForbidden:
		readMemory()
	case CanaryStay:
		stay()
	}
	syscall.Exit(0)
}

// say writes a letter n times.
func say(letter byte, n int) {
	for ; n > 0; n-- {
		_, _ = syscall.Write(1, []byte{letter})
	}
}

func look() {
	if fd, err := syscall.Open("/etc/hostname", syscall.O_RDONLY, 0); err == nil {
		var one [1]byte
		if n, _ := syscall.Read(fd, one[:]); n > 0 {
			say(SawFile, 1)
		}
	}
	var st syscall.Stat_t
	folder := os.Args[4][1:]
	if syscall.Stat(folder, &st) == nil {
		say(SawName, 1)
	}
	lookWrite("/tutor-canary")
	lookWrite(folder + "/tutor-canary")
	if connects(atoi(os.Args[2])) {
		say(SawNetwork, 1)
	}
	if syscall.Kill(atoi(os.Args[3]), 0) == nil {
		say(SawProcesses, 1)
	}
	lookExecute("/bin/sh")
}

func lookWrite(path string) {
	fd, err := syscall.Open(path, syscall.O_CREAT|syscall.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	say(SawWrite, 1)
	_ = syscall.Close(fd)
	_ = syscall.Unlink(path)
}

func connects(port int) bool {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return false
	}
	err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
	_ = syscall.Close(fd)
	return err == nil
}

// lookExecute needs no second process: an execve that is refused returns.
func lookExecute(path string) {
	argv, _ := pointers([]string{path, "-c", "echo " + string(rune(SawExecute))})
	p, _ := syscall.BytePtrFromString(path)
	_ = become(-1, p, argv, argv[3:])
}

// forkMany starts processes that do nothing but wait, until it is refused.
func forkMany(most int) int {
	for n := range most {
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			return n
		}
		if pid == 0 {
			sleepForever()
		}
	}
	return most
}

// sleepForever makes raw calls only: after a fork of a Go program nothing
// else of its runtime works.
func sleepForever() {
	for {
		_, _, _ = syscall.RawSyscall6(syscall.SYS_PPOLL, 0, 0, 0, 0, 0, 0)
	}
}

// takeMemory takes and touches memory that is the process's own, and then
// memory that no limit of a process counts.
func takeMemory(most int) {
	const shared, private, growsDown, anonymous = 0x01, 0x02, 0x0100, 0x20
	for _, flags := range []uintptr{private, shared, private | growsDown} {
		for range most {
			const size = 1 << 20
			at, _, errno := syscall.RawSyscall6(syscall.SYS_MMAP, 0, size,
				syscall.PROT_READ|syscall.PROT_WRITE, flags|anonymous, ^uintptr(0), 0)
			if errno != 0 {
				break
			}
			if flags&growsDown == 0 {
				const populate = 23 // MADV_POPULATE_WRITE: touch every page
				if raw(syscall.SYS_MADVISE, at, size, populate) != nil {
					break
				}
			}
			say(SawMemory, 1)
		}
	}
}

// readMemory reads its own memory as one would another process's, which any
// process may but none in a jail.
func readMemory() {
	var from, to [1]byte
	local := syscall.Iovec{Base: &to[0], Len: 1}
	remote := syscall.Iovec{Base: &from[0], Len: 1}
	n, _, errno := syscall.RawSyscall6(sysProcessVMReadv, uintptr(syscall.Getpid()),
		uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	if errno == 0 {
		say(SawForbidden, int(n))
	}
}

func stay() {
	var ignore struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}
	ignore.handler = 1
	for sig := uintptr(1); sig < 32; sig++ {
		_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&ignore)), 0, 8, 0, 0)
	}
	say(SawProcess, 1+forkMany(1))
	sleepForever()
}
