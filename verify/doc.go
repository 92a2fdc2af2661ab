// Package verify tells whether the course is true.
//
// It owns the literate contract: every listing is run as a reader would run
// it and prints what the page shows, every number comes from a run, every fact
// of the runtime stands in the installed source, every exercise's starter,
// solution and wrong solutions do what they claim, and every link, picture and
// heading holds.
//
// It refuses to serve anything, and to believe what it can run.
//
// Its invariant: what it finds is data (a Problem with file, line, rule and
// what to do); its error is our fault. What only the text can tell needs no
// sandbox.
//
// It may import content, exercises, grade, sandbox and exectrace; site and
// cmd/tutor may import it.
package verify
