// Package exercises loads exercises and checks that they are well formed.
//
// It owns Exercise, Check, Question, Hint and Policy, and the form of an
// exercise folder.
//
// It refuses to run or to score anything.
//
// Its invariant: an Exercise that loads has every file its checks need, and
// every mistake in its folder is told with file and line.
//
// Of our own rooms it may import sandbox; grade, learner, classroom, verify,
// page, publish, site and cmd/tutor may import it.
package exercises
