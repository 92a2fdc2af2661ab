package reexec

import "syscall"

const (
	auditArch   = 0xc000003e // x86-64
	foreignFrom = 0x40000000 // x32 calls have this bit
)

const (
	sysFstatat         = syscall.SYS_NEWFSTATAT
	sysOpenByHandleAt  = 304
	sysSendmmsg        = 307
	sysSetns           = 308
	sysGetcpu          = 309
	sysProcessVMReadv  = 310
	sysProcessVMWritev = 311
	sysFinitModule     = 313
	sysRenameat2       = 316
	sysSeccomp         = 317
	sysGetrandom       = 318
	sysKexecFileLoad   = 320
	sysBPF             = 321
	sysExecveat        = 322
	sysUserfaultfd     = 323
	sysMembarrier      = 324
	sysCopyFileRange   = 326
	sysStatx           = 332
	sysRseq            = 334
)

// allowedHere are the older forms of allowed calls that only this
// architecture has.
var allowedHere = [...]uint32{
	syscall.SYS_ARCH_PRCTL, syscall.SYS_OPEN, syscall.SYS_STAT, syscall.SYS_LSTAT, syscall.SYS_ACCESS,
	syscall.SYS_READLINK, syscall.SYS_DUP2, syscall.SYS_PIPE, syscall.SYS_POLL, syscall.SYS_SELECT,
	syscall.SYS_EPOLL_WAIT, syscall.SYS_GETPGRP, syscall.SYS_TIME, syscall.SYS_MKDIR, syscall.SYS_RMDIR,
	syscall.SYS_UNLINK, syscall.SYS_RENAME, syscall.SYS_LINK, syscall.SYS_SYMLINK, syscall.SYS_CHMOD,
}
