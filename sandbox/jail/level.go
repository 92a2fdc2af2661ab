package jail

// Level is the measured isolation of this machine.
type Level struct {
	Level   int     // 3 strong, 2 isolated, 1 restricted, 0 none
	Name    string  // strong, isolated, restricted, none
	Missing []Layer // layers that are not on
	Mend    []Mend  // how to get what is missing
}

// Mend says how to switch a missing layer on.
type Mend struct {
	Layer   Layer
	Command string
}
