package reexec

import "syscall"

// allowed is what the Go runtime, its standard library, the race detector,
// compiler and linker were seen to call, and their harmless neighbours. The
// commonest come first. Calls that need a look at their arguments are in
// checked.
var allowed = [...]uint32{
	syscall.SYS_FUTEX, syscall.SYS_NANOSLEEP, syscall.SYS_READ, syscall.SYS_WRITE, syscall.SYS_EPOLL_PWAIT,
	// memory
	syscall.SYS_MADVISE, syscall.SYS_MUNMAP, syscall.SYS_MINCORE, syscall.SYS_MREMAP, syscall.SYS_BRK,
	syscall.SYS_MLOCK, syscall.SYS_MUNLOCK, syscall.SYS_MSYNC,
	// threads, processes, scheduling
	syscall.SYS_EXECVE, syscall.SYS_EXIT, syscall.SYS_EXIT_GROUP, syscall.SYS_GETPID, syscall.SYS_GETTID,
	syscall.SYS_GETPPID, syscall.SYS_GETPGID, syscall.SYS_GETSID, syscall.SYS_SCHED_GETAFFINITY,
	syscall.SYS_SCHED_YIELD, syscall.SYS_SET_TID_ADDRESS, syscall.SYS_SET_ROBUST_LIST, sysRseq, sysGetcpu,
	syscall.SYS_WAIT4, syscall.SYS_WAITID,
	// signals
	syscall.SYS_RT_SIGACTION, syscall.SYS_RT_SIGPROCMASK, syscall.SYS_SIGALTSTACK, syscall.SYS_RT_SIGRETURN,
	syscall.SYS_RT_SIGSUSPEND, syscall.SYS_RT_SIGTIMEDWAIT, syscall.SYS_RESTART_SYSCALL,
	// time
	syscall.SYS_CLOCK_GETTIME, syscall.SYS_CLOCK_GETRES, syscall.SYS_CLOCK_NANOSLEEP, syscall.SYS_GETTIMEOFDAY,
	syscall.SYS_TIMER_CREATE, syscall.SYS_TIMER_SETTIME, syscall.SYS_TIMER_DELETE, syscall.SYS_SETITIMER,
	// waiting
	syscall.SYS_EPOLL_CREATE1, syscall.SYS_EPOLL_CTL, sysEpollPwait2, syscall.SYS_EVENTFD2,
	syscall.SYS_PPOLL, syscall.SYS_PSELECT6,
	// files
	syscall.SYS_OPENAT, syscall.SYS_CLOSE, syscall.SYS_FSTAT, sysFstatat, sysStatx, syscall.SYS_STATFS,
	syscall.SYS_FSTATFS, syscall.SYS_LSEEK, syscall.SYS_PREAD64, syscall.SYS_PWRITE64, syscall.SYS_READV,
	syscall.SYS_WRITEV, syscall.SYS_PREADV, syscall.SYS_PWRITEV, syscall.SYS_GETDENTS64, syscall.SYS_READLINKAT,
	syscall.SYS_FACCESSAT, sysFaccessat2, syscall.SYS_GETCWD, syscall.SYS_CHDIR, syscall.SYS_FCHDIR,
	syscall.SYS_MKDIRAT, syscall.SYS_UNLINKAT, syscall.SYS_RENAMEAT, sysRenameat2, syscall.SYS_LINKAT,
	syscall.SYS_SYMLINKAT, syscall.SYS_TRUNCATE, syscall.SYS_FTRUNCATE, syscall.SYS_FALLOCATE, syscall.SYS_FSYNC,
	syscall.SYS_FDATASYNC, syscall.SYS_FCHMOD, syscall.SYS_FCHMODAT, syscall.SYS_UTIMENSAT, syscall.SYS_UMASK,
	sysCopyFileRange, syscall.SYS_SENDFILE, syscall.SYS_SPLICE, syscall.SYS_DUP, syscall.SYS_DUP3, syscall.SYS_PIPE2,
	// who and how much
	syscall.SYS_GETUID, syscall.SYS_GETEUID, syscall.SYS_GETGID, syscall.SYS_GETEGID, syscall.SYS_GETGROUPS,
	sysGetrandom, syscall.SYS_UNAME, syscall.SYS_SYSINFO, syscall.SYS_GETRUSAGE, syscall.SYS_TIMES, syscall.SYS_GETRLIMIT,
	// sockets, once there is one
	syscall.SYS_BIND, syscall.SYS_LISTEN, syscall.SYS_ACCEPT, syscall.SYS_ACCEPT4, syscall.SYS_CONNECT,
	syscall.SYS_GETSOCKNAME, syscall.SYS_GETPEERNAME, syscall.SYS_GETSOCKOPT,
	syscall.SYS_SENDTO, syscall.SYS_RECVFROM, syscall.SYS_SENDMSG, syscall.SYS_RECVMSG, syscall.SYS_SHUTDOWN,
	syscall.SYS_RECVMMSG, sysSendmmsg,
}

// allowedBuild is what compiler, linker and their driver need beyond that.
var allowedBuild = [...]uint32{syscall.SYS_FLOCK, syscall.SYS_FCNTL}

// trapped are calls that no lesson makes by accident. They end the program
// with SIGSYS, whose report names the line, instead of an error that it may
// ignore.
var trapped = [...]uint32{
	syscall.SYS_PTRACE, sysProcessVMReadv, sysProcessVMWritev, sysPidfdGetfd,
	syscall.SYS_UNSHARE, sysSetns, sysBPF, syscall.SYS_PERF_EVENT_OPEN, sysUserfaultfd,
	sysIoUringSetup, sysIoUringEnter, sysIoUringRegister,
	syscall.SYS_MOUNT, syscall.SYS_UMOUNT2, syscall.SYS_PIVOT_ROOT, sysOpenTree, sysMoveMount, sysFsopen,
	sysFsconfig, sysFsmount, sysFspick, sysMountSetattr, sysOpenByHandleAt,
	syscall.SYS_KEXEC_LOAD, sysKexecFileLoad, syscall.SYS_INIT_MODULE, sysFinitModule, syscall.SYS_DELETE_MODULE,
	syscall.SYS_ADD_KEY, syscall.SYS_REQUEST_KEY, syscall.SYS_KEYCTL,
	syscall.SYS_SWAPON, syscall.SYS_SWAPOFF, syscall.SYS_REBOOT, syscall.SYS_ACCT, syscall.SYS_QUOTACTL,
}

// absent are calls that libraries try first and do without: only "there is no
// such call" makes them take the other way. Glibc ends a program whose clone3
// is refused with anything else.
var absent = [...]uint32{sysClone3, sysOpenat2, sysMembarrier, sysFutexWaitv, sysFchmodat2, sysCachestat}

// System calls newer than the frozen syscall package, whose numbers are the
// same on every architecture.
const (
	sysPidfdSendSignal = 424
	sysIoUringSetup    = 425
	sysIoUringEnter    = 426
	sysIoUringRegister = 427
	sysOpenTree        = 428
	sysMoveMount       = 429
	sysFsopen          = 430
	sysFsconfig        = 431
	sysFsmount         = 432
	sysFspick          = 433
	sysPidfdOpen       = 434
	sysClone3          = 435
	sysCloseRange      = 436
	sysOpenat2         = 437
	sysPidfdGetfd      = 438
	sysFaccessat2      = 439
	sysEpollPwait2     = 441
	sysMountSetattr    = 442
	sysLandlockNew     = 444
	sysLandlockAdd     = 445
	sysLandlockApply   = 446
	sysFutexWaitv      = 449
	sysCachestat       = 451
	sysFchmodat2       = 452
)
