// Command target is what the tests of jail confine: it does the one thing
// that its first argument names. An attack that got through ends it with 0,
// one that was refused with 1 and the reason on standard output.
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	if len(os.Args) < 2 || acts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "no such act:", os.Args)
		os.Exit(64)
	}
	if err := acts[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

var acts map[string]func(args []string) error

func init() {
	acts = map[string]func(args []string) error{
		"nothing":  func([]string) error { return nil },
		"hello":    func([]string) error { fmt.Println("hello"); return nil },
		"exit":     func(args []string) error { os.Exit(number(args[0])); return nil },
		"env":      env,
		"pid":      pid,
		"hostname": hostname,
		"copy":     copyFile,
		"cat":      cat,
		"stat":     func(args []string) error { _, err := os.Stat(args[0]); return err },
		"list":     list,
		"write":    func(args []string) error { return os.WriteFile(args[0], []byte("x"), 0o755) },
		"dial":     dial,
		"listen":   listen,
		"unix":     abstract,
		"loopback": loopback,
		"exec":     func(args []string) error { return exec.Command(args[0], args[1:]...).Run() },
		"newuser":  newUser,
		"readself": readSelf,
		"shmget":   shmget,
		"shared":   func(args []string) error { return mapped(number(args[0]), syscall.MAP_SHARED) },
		"growing":  func(args []string) error { return mapped(number(args[0]), syscall.MAP_PRIVATE|syscall.MAP_GROWSDOWN) },
		"memfd":    memfd,
		"heap":     heap,
		"files":    files,
		"fill":     fill,
		"inodes":   inodes,
		"fork":     fork,
		"threads":  threads,
		"status":   status,
		"fds":      fds,
		"spin":     spin,
		"quota":    quota,
		"spinners": spinners,
		"sleep":    func(args []string) error { time.Sleep(time.Duration(number(args[0])) * time.Millisecond); return nil },
		"daemon":   daemon,
		"kill":     func(args []string) error { return syscall.Kill(number(args[0]), 0) },
		"raise":    raise,
		"write3":   func(args []string) error { _, err := os.NewFile(3, "3").WriteString(args[0] + "\n"); return err },
		"symlink":  func(args []string) error { return os.Symlink("/etc/passwd", args[0]) },
		"execcopy": execCopy,
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(64)
	}
	return n
}

func env([]string) error {
	host, _ := os.Hostname()
	dir, _ := os.Getwd()
	fmt.Println(os.Getpid(), os.Getppid(), os.Getuid(), host, dir, strings.Join(os.Environ(), ","))
	return nil
}

func pid([]string) error {
	if os.Getpid() != 1 || os.Getppid() != 0 {
		fmt.Println("not the first")
	}
	return nil
}

func hostname([]string) error {
	name, err := os.Hostname()
	if name != "sandbox" {
		fmt.Println("not sandbox")
	}
	return err
}

func copyFile(args []string) error {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], data, 0o644)
}

func cat(args []string) error {
	data, err := os.ReadFile(args[0])
	fmt.Print(string(data))
	return err
}

func list(args []string) error {
	entries, err := os.ReadDir(args[0])
	for _, e := range entries {
		fmt.Println(e.Name())
	}
	return err
}

func dial(args []string) error {
	c, err := net.DialTimeout("tcp", args[0], time.Second)
	if err != nil {
		return err
	}
	return c.Close()
}

func listen(args []string) error {
	l, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	return l.Close()
}

// abstract listens where no folder is needed.
func abstract([]string) error {
	l, err := net.Listen("unix", "@tutor")
	if err != nil {
		return err
	}
	return l.Close()
}

func loopback([]string) error {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	defer l.Close()
	return dial([]string{l.Addr().String()})
}

// newUser makes a child that has every capability over a namespace of its own.
func newUser([]string) error {
	cmd := exec.Command("/proc/self/exe", "nothing")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}
	return cmd.Run()
}

// readSelf makes a call that is never allowed and otherwise harmless.
func readSelf([]string) error {
	processVMReadv := map[string]uintptr{"amd64": 310, "arm64": 270}[runtime.GOARCH]
	var from, to [8]byte
	local := syscall.Iovec{Base: &to[0], Len: 8}
	remote := syscall.Iovec{Base: &from[0], Len: 8}
	_, _, errno := syscall.Syscall6(processVMReadv, uintptr(os.Getpid()), uintptr(unsafe.Pointer(&local)), 1,
		uintptr(unsafe.Pointer(&remote)), 1, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

func shmget(args []string) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_SHMGET, uintptr(number(args[0])), 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// mapped takes and touches so many MiB of a kind of memory.
func mapped(mib, flags int) error {
	data, err := syscall.Mmap(-1, 0, mib<<20, syscall.PROT_READ|syscall.PROT_WRITE, flags|syscall.MAP_ANON)
	if err != nil {
		return err
	}
	for i := 0; i < len(data); i += 4096 {
		data[i] = 1
	}
	return nil
}

func memfd([]string) error {
	memfdCreate := map[string]uintptr{"amd64": 319, "arm64": 279}[runtime.GOARCH]
	name := []byte("x\x00")
	if _, _, errno := syscall.Syscall(memfdCreate, uintptr(unsafe.Pointer(&name[0])), 0, 0); errno != 0 {
		return errno
	}
	return nil
}

var kept [][]byte

func heap(args []string) error {
	for range number(args[0]) {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
	}
	if len(args) > 1 {
		time.Sleep(time.Duration(number(args[1])) * time.Millisecond)
	}
	return nil
}

func files(args []string) error {
	for range number(args[0]) {
		if _, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0); err != nil {
			return err
		}
	}
	return nil
}

func fill(args []string) error {
	f, err := os.Create("/tmp/fill")
	if err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	for range number(args[0]) {
		if _, err := f.Write(block); err != nil {
			return err
		}
	}
	return f.Close()
}

func inodes(args []string) error {
	for i := range number(args[0]) {
		f, err := os.Create("/tmp/" + strconv.Itoa(i))
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

// fork starts so many processes that wait.
func fork(args []string) error {
	for range number(args[0]) {
		if err := exec.Command("/proc/self/exe", "sleep", "5000").Start(); err != nil {
			return err
		}
	}
	return nil
}

func threads(args []string) error {
	var wait sync.WaitGroup
	stop := make(chan bool)
	for range number(args[0]) {
		wait.Add(1)
		go func() { runtime.LockOSThread(); wait.Done(); <-stop }()
	}
	wait.Wait()
	return nil
}

// status checks what the kernel says about every thread of every process it shows.
func status([]string) error {
	if err := threads([]string{"20"}); err != nil {
		return err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	seen := 0
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		tasks, err := os.ReadDir("/proc/" + e.Name() + "/task")
		if err != nil {
			return err
		}
		for _, task := range tasks {
			if err := checkStatus("/proc/" + e.Name() + "/task/" + task.Name() + "/status"); err != nil {
				return err
			}
			seen++
		}
	}
	fmt.Println("threads", seen)
	return nil
}

func checkStatus(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, want := range []string{"CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
		"CapBnd:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(string(data), want+"\n") {
			return errors.New(file + " lacks " + want + ":\n" + string(data))
		}
	}
	return nil
}

// fds lists the open descriptors, without the one used for listing.
func fds([]string) error {
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return err
	}
	names, err := dir.Readdirnames(-1)
	for _, n := range names {
		link, _ := os.Readlink("/proc/self/fd/" + n)
		fmt.Println(n, link)
	}
	return err
}

func spin([]string) error {
	for i := 0; i >= 0; i++ {
	}
	return nil
}

// spinners runs two processes that each use so many milliseconds of CPU time.
func spinners(args []string) error {
	if len(args) > 1 {
		var r syscall.Rusage
		for time.Duration(r.Utime.Nano()+r.Stime.Nano()) < time.Duration(number(args[0]))*time.Millisecond {
			for range 1 << 20 { // nearly all of it outside the kernel
				number("1")
			}
			_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
		}
		return nil
	}
	one, two := exec.Command("/proc/self/exe", "spinners", args[0], "x"), exec.Command("/proc/self/exe", "spinners", args[0], "x")
	if err := errors.Join(one.Start(), two.Start()); err != nil {
		return err
	}
	return errors.Join(one.Wait(), two.Wait())
}

// daemon leaves a process behind that holds standard output.
func daemon([]string) error {
	cmd := exec.Command("/proc/self/exe", "sleep", "20000")
	cmd.Stdout = os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

func raise(args []string) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(number(args[0]), &l); err != nil {
		return err
	}
	l.Cur, l.Max = l.Cur*2+1, l.Max*2+1
	return syscall.Setrlimit(number(args[0]), &l)
}

// execCopy executes a copy of the program that it made itself.
func execCopy([]string) error {
	data, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile("/tmp/copy", data, 0o755)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(64)
	}
	return exec.Command("/tmp/copy", "nothing").Run()
}

// quota says what the program may use of processors, read as Go's runtime does:
// from the group that /proc/self names, where /proc/self/mountinfo has it.
func quota([]string) error {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(mounts)) {
		left, right, _ := strings.Cut(strings.TrimSpace(line), " - ")
		where, kind := strings.Fields(left), strings.Fields(right)
		switch {
		case kind[0] == "cgroup2":
			text, err := os.ReadFile(where[4] + "/cpu.max")
			if err != nil {
				return err
			}
			f := strings.Fields(string(text))
			return share(f[0], f[1])
		case kind[0] == "cgroup" && strings.HasSuffix(kind[2], ",cpu"):
			q, err1 := os.ReadFile(where[4] + "/cpu.cfs_quota_us")
			p, err2 := os.ReadFile(where[4] + "/cpu.cfs_period_us")
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			return share(strings.TrimSpace(string(q)), strings.TrimSpace(string(p)))
		}
	}
	return errors.New("no cgroup is mounted")
}

func share(quota, period string) error {
	fmt.Println(float64(number(quota))/float64(number(period)), "of a processor")
	return nil
}
