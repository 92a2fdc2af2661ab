package reexec

import "syscall"

const (
	auditArch   = 0xc00000b7 // aarch64
	foreignFrom = 0          // no second set of calls with the same architecture
)

const (
	sysFstatat         = syscall.SYS_FSTATAT
	sysOpenByHandleAt  = 265
	sysSetns           = 268
	sysSendmmsg        = 269
	sysProcessVMReadv  = 270
	sysProcessVMWritev = 271
	sysFinitModule     = 273
	sysRenameat2       = 276
	sysSeccomp         = 277
	sysGetrandom       = 278
	sysBPF             = 280
	sysExecveat        = 281
	sysUserfaultfd     = 282
	sysMembarrier      = 283
	sysCopyFileRange   = 285
	sysStatx           = 291
	sysRseq            = 293
	sysKexecFileLoad   = 294
	sysGetcpu          = 168
)

// allowedHere is empty: this architecture never had the older forms.
var allowedHere = [0]uint32{}
