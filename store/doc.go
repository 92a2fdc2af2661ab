// Package store holds what the stores have in common: nothing but their place.
//
// The stores themselves are below it: store/sqlite, and store/storetest, the
// behaviour suite that every store must pass.
//
// They own rows and migrations, and refuse rules: which state of progress
// outranks which is the only one they hold, since it must be atomic.
//
// Their invariant: what was answered with no error is on the disk.
//
// They may import learner and sandbox; only cmd/tutor and tests may import
// them.
package store
