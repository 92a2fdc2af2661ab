package sandbox

// Clocks are the values of Job.Clock.
func Clocks() []string { return []string{ClockReal, ClockFake, ClockSynctest} }

// CheckClock says in a sentence why a job can't have the clock of
// testing/synctest; "" when it can, and for any other clock.
func CheckClock(job *Job) string {
	if job.Clock != ClockSynctest || (job.Kind == KindTest || job.Kind == KindCover) && len(job.Parts) == 0 {
		return ""
	}
	if job.Kind == KindBench {
		return "the clock synctest is of tests, and a benchmark measures on the real one"
	}
	return "the clock synctest is of tests, which keep it themselves with testing/synctest; a program may have the fake clock"
}
