// Package interp runs small programs by interpreting them, which is faster than
// compiling, linking and starting them. The interpreter, yaegi, prints wrong
// answers for one program in eight. So it gets only what go/types accepts and
// what an allow list of constructs lets through, each of which is held against
// compiled Go by a corpus of programs and by generated ones; it works in a
// jailed child that serves one program; and what does not end well is thrown
// away and compiled.
package interp
