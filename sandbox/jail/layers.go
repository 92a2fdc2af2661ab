package jail

// reported are all the layers, in the order in which they are reported.
var reported = []Layer{
	UserNS, Mount, PID, Net, IPC, UTS, CgroupNS, Root, Seccomp, Landlock, NoNewPrivs, Caps, Rlimits,
	CgroupMemory, CgroupPIDs, CgroupCPU,
}
