package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// ProfileInfo is what is known of the profile of a run, whatever came of it.
type ProfileInfo struct {
	What string `json:"what"` // cpu, heap, block, mutex or goroutine
	// ID is that of the artifact of kind profile; "" when there is none.
	ID string `json:"id"`
	// Rate is how much is sampled: cpu: samples a second; heap: one sample for
	// about so many bytes; block and mutex: one event in so many; else 0.
	Rate int `json:"rate"`
	// Says is the rate in a sentence.
	Says string `json:"says"`
	// Ended is "" for a profile up to the end of the program; idle, when
	// nothing had run for a while; time, when its time was nearly up.
	Ended string `json:"ended"`
	// Problem says why there is no profile, or why it can't be read; "" when
	// there is one.
	Problem string `json:"problem,omitempty"`
	// Summary is what the profile holds. It is filled by whoever reads it,
	// since this room knows nothing of profiles.
	Summary any `json:"summary,omitempty"`
}

// Profiles are the values of Job.Profile.
func Profiles() []string { return []string{"cpu", "heap", "block", "mutex", "goroutine"} }

// SplitKind takes apart how a kind is written in requests: profile:cpu is the
// kind profile that measures cpu. What follows the colon of another kind stays
// with it, so that it is no known kind.
func SplitKind(text string) (kind Kind, profile string) {
	if what, ok := strings.CutPrefix(text, string(KindProfile)+":"); ok {
		return KindProfile, what
	}
	return Kind(text), ""
}

// KindText is the kind of the job as requests write it.
func (j *Job) KindText() string {
	if j.Kind == KindProfile {
		return string(j.Kind) + ":" + j.Profile
	}
	return string(j.Kind)
}

// Kinds are the kinds of Job as requests write them.
func Kinds() []string {
	list := []string{string(KindProgram), string(KindTest), string(KindBench), string(KindCover), string(KindAsm)}
	return append(list, ProfileKinds()...)
}

// ProfileKinds are the profiles as requests write them: profile:cpu, ...
func ProfileKinds() []string {
	var list []string
	for _, what := range Profiles() {
		list = append(list, string(KindProfile)+":"+what)
	}
	return list
}

// OneOf writes "a, b or c".
func OneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// AddProfile adds to a job the profile that a request names beside its kind; ""
// adds none. Of a program it is the kind profile. The sentence says what is
// wrong with it.
func (j *Job) AddProfile(what string) (why string) {
	switch {
	case what == "":
		return ""
	case !slices.Contains(Profiles(), what):
		return fmt.Sprintf("%q is not known; it can be %s", what, strings.Join(Profiles(), ", "))
	case j.Kind == KindAsm:
		return "the kind asm runs nothing, so that there is nothing to profile"
	case j.Kind == KindProfile && j.Profile != what:
		return fmt.Sprintf("%s and %s are two profiles, and a run has one", j.Profile, what)
	case j.Kind == KindProgram:
		j.Kind = KindProfile
	}
	j.Profile = what
	return ""
}

// ProfileData is the profile that a run left, a pprof file; nil when it left
// none.
func (r *Result) ProfileData() []byte {
	for _, a := range r.Artifacts {
		if a.Kind == "profile" && len(a.Data) > 0 {
			return a.Data
		}
	}
	return nil
}
