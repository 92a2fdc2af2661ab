// Package site serves the course: pages, fragments of pages for scripts, form
// posts for readers without scripts, and the JSON API.
//
// It owns the routes (all in routes.go), sessions, what a request must show to
// be answered (guard.go), the bounds of what is sent (bounds.go), and the one
// table that turns an error into a status (problem.go).
//
// It refuses rules: what a run may do is the sandbox's, what a point is worth
// is grade's, how a thing looks is page's.
//
// Its invariants: what a learner typed is saved before anything is done with
// it; a request that comes from another web page changes nothing; every
// refusal names what was wrong, the bound if there is one, and what to do.
//
// It may import every room but the stores and the engines; only cmd/tutor may
// import it.
package site
