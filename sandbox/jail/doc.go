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
// layer already on, so that no thread of ours lives beside it.
//
// It imports none of our rooms but jail/reexec; sandbox and its engines may
// import it.
package jail
