// Package toolchain runs Jobs with the real Go toolchain inside the jail.
//
// It owns the prepared standard library, the checks that the go command would
// make before it calls the compiler, the building of programs by compiler and
// linker called directly, the harness that is compiled into them, the cache of
// binaries, and the conversation between the parts of a Job.
//
// It refuses isolation itself (that is sandbox/jail) and any knowledge of
// lessons, points and people.
//
// Its invariant: nothing a learner wrote is parsed beyond its tokens outside a
// jail, and no file that a jailed program could have made is opened by name.
//
// Of our own rooms it may import sandbox and sandbox/jail; only cmd/tutor,
// bench and tests import it.
package toolchain
