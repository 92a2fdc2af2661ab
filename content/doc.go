// Package content turns the Markdown of a course into pages.
//
// It owns Course, Chapter, Page and Cell; the literate fences, as one goldmark
// AST transformer and renderer; highlighting; and the list of what is wrong
// with the text of a course, each with its file and line.
//
// It refuses to run code, and it does not know what a reader does with a cell:
// a CellRenderer is given by the caller.
//
// Its invariant: a course with a mistake in it still loads, with the mistake
// in Course.Problems.
//
// It imports none of our rooms. verify, page, publish, site and cmd/tutor may
// import it.
package content
