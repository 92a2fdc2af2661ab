package toolchain

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// profileRate is how much of a program a profile of one kind samples, and that
// in words.
type profileRate struct {
	rate int
	says string
}

// profileRates: the rates are those with which a program that runs for less
// than a second still shows what it does. Go's own are the same for cpu; one
// sample for 512 KiB for the heap, which would miss most small programs; and
// none for block and mutex.
var profileRates = map[string]profileRate{
	"cpu":       {100, "100 samples for each second of processor time, of all threads together: a sample stands for 10 ms."},
	"heap":      {8 << 10, "One sample for about 8 KiB that are allocated; the numbers are scaled up from the samples."},
	"block":     {1, "Every wait for a channel, a select, a lock, a WaitGroup or a Cond that came to its end; time.Sleep is none."},
	"mutex":     {1, "Every lock that somebody waited for: the wait is put down to the line that gave the lock back."},
	"goroutine": {0, "All goroutines that there were at the end, each where it stood."},
}

// config is what the profile harness is told.
func (p profileRate) config(what string) string { return fmt.Sprintf("%s %d", what, p.rate) }

// badProfile says what is wrong with what is to be profiled; "" when nothing
// is.
func badProfile(job sandbox.Job) string {
	switch {
	case job.Kind == sandbox.KindAsm && job.Profile != "":
		return "the kind asm runs nothing, so that there is nothing to profile"
	case job.Kind == sandbox.KindProgram && job.Profile != "":
		return "a profile of a program is a run of the kind profile:" + job.Profile
	case job.Kind != sandbox.KindProfile && job.Profile == "":
		return ""
	case len(job.Parts) > 0:
		return "a job of several parts can't be profiled"
	case job.Profile == "":
		return "the kind profile needs what is to be measured: " + sandbox.OneOf(sandbox.ProfileKinds())
	case !slices.Contains(sandbox.Profiles(), job.Profile):
		return fmt.Sprintf("the profile %q is not known; it can be %s", job.Profile, sandbox.OneOf(sandbox.Profiles()))
	}
	return ""
}

// ownCPUProfile refuses programs that take a CPU profile themselves: the
// runtime has one, and two readers of it would break it.
func ownCPUProfile(packages []inspected) []sandbox.Diagnostic {
	calls := map[string]string{"StartCPUProfile": "runtime/pprof", "SetCPUProfileRate": "runtime"}
	var out []sandbox.Diagnostic
	for _, p := range packages {
		for _, file := range p.Files {
			for s := newTestScan(file); s.next(); {
				path := calls[s.lit]
				if _, imported := p.imports[path]; s.tok != token.IDENT || !imported {
					continue
				}
				at := s.at(s.pos)
				out = append(out, refusal(file.Name, at.Line, at.Column, "profile",
					"%s: the program takes a CPU profile itself, and there is only one. Take the call out, or run it without a CPU profile", s.lit))
			}
		}
	}
	return out[:min(len(out), 10)]
}

// profileEnds say when a profile ended, by the harness's byte.
var profileEnds = map[byte]string{'e': "", 'i': "idle", 't': "time"}

// fillProfile hands over the profile of a run, or says why there is none.
func (s *stage) fillProfile(what string, t *sandbox.Trace) {
	rate := profileRates[what]
	info := &sandbox.ProfileInfo{What: what, Rate: rate.rate, Says: rate.says}
	s.result.Profile = info
	if t == nil || len(t.Profile) == 0 {
		info.Problem = noProfile(s.result, t)
		return
	}
	info.ID, info.Ended = newID(), profileEnds[t.ProfileEnd]
	s.hand(sandbox.Artifact{Name: what, Kind: "profile", ID: info.ID, Data: t.Profile})
}

// noProfile says why a program left no profile.
func noProfile(r *sandbox.Result, t *sandbox.Trace) string {
	switch {
	case t != nil && t.ProfileCut:
		return fmt.Sprintf("The profile is larger than the %d MiB that are kept of one.", sandbox.MaxProfile>>20)
	case r.Status == sandbox.StatusDeadlock:
		return "The program came to a deadlock before its profile was written. A trace, or the goroutines above, show who waits for whom."
	case r.Status == sandbox.StatusRuntimeError && r.ExitCode == 2:
		return "The program ended by a panic or a fatal error, and then Go writes no profile: only a return from main or os.Exit is an end with one."
	case r.Status == sandbox.StatusOK, r.Status == sandbox.StatusRuntimeError && r.Signal == "":
		return "The program ended without handing over its profile."
	}
	why := stoppedWords(r.Status)
	return strings.ToUpper(why[:1]) + why[1:] + " before the profile was written: that is done when main returns, when os.Exit is called, or shortly before the time is up."
}
