package reexec

import (
	"slices"
	"syscall"
	"testing"
)

// call is what a filter sees of a system call.
type call struct {
	arch, number uint32
	args         [6]uint64
}

// answer runs a filter as the kernel does.
func answer(t *testing.T, code []instruction, c call) uint32 {
	t.Helper()
	var a uint32
	for pc := 0; pc < len(code); pc++ {
		in := code[pc]
		jump := func(yes bool) {
			if yes {
				pc += int(in.jt)
			} else {
				pc += int(in.jf)
			}
		}
		switch in.code {
		case bpfLoad:
			switch {
			case in.k == offNumber:
				a = c.number
			case in.k == offArch:
				a = c.arch
			default:
				a = uint32(c.args[(in.k-offArgs)/8])
			}
		case bpfJumpEq:
			jump(a == in.k)
		case bpfJumpGe:
			jump(a >= in.k)
		case bpfJumpSet:
			jump(a&in.k != 0)
		case bpfJump:
			pc += int(in.k)
		case bpfReturn:
			return in.k
		default:
			t.Fatalf("instruction %d is unknown: %+v", pc, in)
		}
	}
	t.Fatal("the filter ends without an answer")
	return 0
}

func failing(e syscall.Errno) uint32 { return retErrno | uint32(e) }

func TestFilter(t *testing.T) {
	const everything = OnNoNewPrivs | OnSeccomp
	const mapAnonymous, mapPrivate = 0x20, 0x02
	for _, c := range []struct {
		name    string
		on      uint64
		profile uint64
		number  uint32
		args    [6]uint64
		want    uint32
	}{
		{"read", everything, 0, syscall.SYS_READ, [6]uint64{}, retAllow},
		{"ptrace", everything, 0, syscall.SYS_PTRACE, [6]uint64{}, retTrap},
		{"bpf", everything, 1, sysBPF, [6]uint64{}, retTrap},
		{"setuid", everything, 0, syscall.SYS_SETUID, [6]uint64{}, failing(syscall.EPERM)},
		{"clone3", everything, 0, sysClone3, [6]uint64{}, failing(syscall.ENOSYS)},
		{"a call yet to come", everything, 0, 5000, [6]uint64{}, failing(syscall.ENOSYS)},
		{"execveat", everything, 0, sysExecveat, [6]uint64{}, failing(syscall.EPERM)},
		{"a process", everything, 0, syscall.SYS_CLONE, [6]uint64{uint64(syscall.SIGCHLD)}, retAllow},
		{"a process of one", everything | OneProcess, 0, syscall.SYS_CLONE, [6]uint64{uint64(syscall.SIGCHLD)}, failing(syscall.EAGAIN)},
		{"a thread of one", everything | OneProcess, 0, syscall.SYS_CLONE, [6]uint64{syscall.CLONE_THREAD}, retAllow},
		{"a namespace", everything, 0, syscall.SYS_CLONE, [6]uint64{syscall.CLONE_NEWUSER}, failing(syscall.EPERM)},
		{"a namespace of one", everything | OneProcess, 0, syscall.SYS_CLONE, [6]uint64{syscall.CLONE_NEWNET | syscall.CLONE_THREAD}, failing(syscall.EPERM)},
		{"memory", everything | OneProcess, 0, syscall.SYS_MMAP, [6]uint64{3: mapAnonymous | mapPrivate}, retAllow},
		{"shared memory", everything, 0, syscall.SYS_MMAP, [6]uint64{3: mapAnonymous | mapShared}, retAllow},
		{"shared memory of one", everything | OneProcess, 0, syscall.SYS_MMAP, [6]uint64{3: mapAnonymous | mapShared}, failing(syscall.EPERM)},
		{"growing memory", everything, 0, syscall.SYS_MMAP, [6]uint64{3: mapPrivate | mapGrowsDown}, failing(syscall.EPERM)},
		{"tcp", everything, 0, syscall.SYS_SOCKET, [6]uint64{syscall.AF_INET}, retAllow},
		{"netlink", everything, 0, syscall.SYS_SOCKET, [6]uint64{syscall.AF_NETLINK}, failing(syscall.EAFNOSUPPORT)},
		{"no network", everything | NoNetwork, 0, syscall.SYS_SOCKET, [6]uint64{syscall.AF_INET}, failing(syscall.EACCES)},
		{"no delay", everything, 0, syscall.SYS_SETSOCKOPT, [6]uint64{1: syscall.IPPROTO_TCP, 2: syscall.TCP_NODELAY}, retAllow},
		{"reuse", everything, 0, syscall.SYS_SETSOCKOPT, [6]uint64{1: syscall.SOL_SOCKET, 2: syscall.SO_REUSEADDR}, retAllow},
		{"buffers", everything, 0, syscall.SYS_SETSOCKOPT, [6]uint64{1: syscall.SOL_SOCKET, 2: soRcvbuf}, failing(syscall.EPERM)},
		{"flags", everything, 0, syscall.SYS_FCNTL, [6]uint64{1: syscall.F_SETFL}, retAllow},
		{"locks", everything, 0, syscall.SYS_FCNTL, [6]uint64{1: syscall.F_SETLK}, failing(syscall.EPERM)},
		{"locks of a build", everything, 1, syscall.SYS_FCNTL, [6]uint64{1: syscall.F_SETLK}, retAllow},
		{"typing", everything, 0, syscall.SYS_IOCTL, [6]uint64{1: 0x5412}, failing(syscall.ENOTTY)},
		{"signal another", everything | OwnPID, 0, syscall.SYS_KILL, [6]uint64{1}, failing(syscall.EPERM)},
		{"signal itself", everything | OwnPID, 0, syscall.SYS_TGKILL, [6]uint64{uint64(syscall.Getpid())}, retAllow},
		{"capset", everything, 0, syscall.SYS_CAPSET, [6]uint64{}, failing(syscall.EPERM)},
	} {
		t.Run(c.name, func(t *testing.T) {
			child := &child{Config: Config{On: c.on, Profile: c.profile}, self: -1}
			code := child.filter()
			if got := answer(t, code, call{auditArch, c.number, c.args}); got != c.want {
				t.Errorf("answers %#x, want %#x", got, c.want)
			}
			if got := answer(t, code, call{auditArch ^ 1, c.number, c.args}); got != retKill {
				t.Errorf("another architecture is answered %#x", got)
			}
		})
	}
	if n := len((&child{self: -1}).filter()); n > 1000 {
		t.Errorf("the filter has %d instructions; the kernel takes 4096", n)
	} else {
		t.Logf("%d instructions", n)
	}
	if foreignFrom != 0 {
		code := (&child{Config: Config{On: everything}, self: -1}).filter()
		if got := answer(t, code, call{auditArch, foreignFrom + 39, [6]uint64{}}); got != retKill {
			t.Errorf("a call of the other kind is answered %#x", got)
		}
	}
}

// A call in two lists would be decided by their order.
func TestListsAreApart(t *testing.T) {
	lists := [][]uint32{allowed[:], allowedHere[:], allowedBuild[:], trapped[:], absent[:]}
	seen := map[uint32]int{}
	for i, list := range lists {
		for _, n := range list {
			if j, ok := seen[n]; ok {
				t.Errorf("call %d is in lists %d and %d", n, j, i)
			}
			seen[n] = i
			if n >= firstUnknown {
				t.Errorf("call %d is not below %d", n, firstUnknown)
			}
		}
	}
	for _, n := range []uint32{syscall.SYS_CLONE, syscall.SYS_MMAP, syscall.SYS_SOCKET, syscall.SYS_SETSOCKOPT, syscall.SYS_IOCTL, syscall.SYS_PRCTL} {
		if slices.Contains(allowed[:], n) {
			t.Errorf("call %d is allowed whatever its arguments are", n)
		}
	}
}

// Whatever the tree does, each call must get what its list says.
func TestSearchIsTheLists(t *testing.T) {
	for _, profile := range []uint64{0, profileBuild} {
		c := &child{Config: Config{On: OnNoNewPrivs, Profile: profile}, self: -1}
		rules, code := c.rules(), c.filter()
		for n := range uint32(firstUnknown) {
			if rules.looks[n] != nil {
				continue
			}
			if got := answer(t, code, call{auditArch, n, [6]uint64{}}); got != rules.actions[n] {
				t.Errorf("profile %d: call %d is answered %#x, its list says %#x", profile, n, got, rules.actions[n])
			}
		}
	}
}
