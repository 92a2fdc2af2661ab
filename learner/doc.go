// Package learner keeps what one person leaves behind while learning.
//
// It owns Draft and Progress, and the Store interface that keeps them.
//
// It refuses SQL, HTTP and grades.
//
// Its invariant: no text that a learner typed is ever lost: a draft that
// meets a newer one is told so and keeps its own text.
//
// It may import exercises and sandbox; store, site and cmd/tutor may import it.
package learner
