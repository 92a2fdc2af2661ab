package sandbox

// Ahead says what became of a program that was to be built ahead of its run.
type Ahead string

const (
	AheadBuilt Ahead = "built" // it was built, and a run finds it so
	AheadThere Ahead = "there" // it had been built before
	// AheadBusy: runs go on or wait, one came in between, or a newer text of the
	// same person. Nothing was built.
	AheadBusy Ahead = "busy"
	// AheadLater: what it is to be built from is not prepared yet.
	AheadLater Ahead = "later"
	// AheadNot: it does not build, or a job like this is not built ahead.
	AheadNot Ahead = "not"
)
