// Package jail confines a process, layer by layer, and measures how well.
//
// It owns the layers (namespaces, private root, seccomp, Landlock, rlimits,
// cgroups), the order in which they go on, and the isolation Level measured
// by canaries through the real path.
//
// It refuses any knowledge of Go programs: a compiler, a learner's binary and
// a helper of ours are the same to it.
//
// Its invariant: the target is executed as PID 1 of its namespace with every
// layer already on, so that no thread of ours lives beside it. Of a Build, the
// first process is ours, and each step is executed below it.
//
// # How a process gets into its jail
//
// Start has a child of our own binary made in new namespaces, by a small
// process of ours that lives as long as we do (the maker: making one out of a
// large server would copy the tables of all its memory). The child (package
// reexec) is told over a socket what to become: it makes a network, if it is to
// have one, builds a private root and enters it and its cgroups, gives up
// users, capabilities and privileges, restricts itself by Landlock, limits and
// seccomp, and executes the target in its own place. The socket closes by
// that, and Start returns.
//
// # What a target sees
//
// It is process 1 and user 1000 on a host named sandbox. It may write below
// /tmp and nowhere else, and may execute what Spec.Path and Spec.Binds allow,
// but nothing it wrote. /proc shows itself alone. With Spec.Network
// there is a network with nothing in it but the loopback interface. Without, it
// can make no socket, and is in the network of the maker, where there is nothing
// at all, or where the maker may have none in one of its own. A Build runs its
// Steps in the same way, one after the other, below the child, which stays: it
// has given up all that a target gives up, on each of its threads, lets nobody
// look into it, and keeps only the descriptors that it copies files out to. A
// step that a signal N ends counts as exit code 128+N.
//
// # Limits
//
// Memory, tasks and CPU time are counted by a cgroup, v1 or v2, where one can
// be made. Without one a jail is bounded all the same, by having one process
// only: seccomp refuses another process and shared memory, and RLIMIT_DATA,
// RLIMIT_NPROC and the size of /tmp bound what is left. What compilers need is
// exempt from that. RLIMIT_CPU is a backstop, a second late; who wants to end
// a process with an explanation watches Process.CPU.
//
// # Where layers are missing
//
// What the kernel refuses is found out once and left away; Process.Missing
// tells. Without a private root a folder of the host stands in for it, and
// the paths of a Spec are translated. On other systems than Linux there are no
// layers at all. Nothing is taken for granted: Measure attacks the jail and
// tells what held.
//
// It imports none of our rooms but jail/reexec; sandbox and its engines may
// import it.
package jail
