// Package page turns data into HTML: pages, cells, results, verdicts, and the
// drawings and tables of a trace.
//
// It owns the templates, the pictures and the names of the CSS classes.
//
// It refuses routes, sessions and running.
//
// Its invariant: every page reads completely without JavaScript, and nothing
// a learner's program printed is ever markup.
//
// It may import content, exercises, grade, exectrace, sandbox and static;
// publish, site and cmd/tutor may import it.
package page
