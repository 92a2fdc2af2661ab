package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"course/tutor/profile"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// profiler reads profiles in a jailed helper, since their bytes come from a
// process in which a learner's code ran.
type profiler struct{ engine *toolchain.Engine }

// Read answers with a *profile.BadError when the profile is at fault.
func (p profiler) Read(ctx context.Context, info *sandbox.ProfileInfo, data []byte) (*profile.Profile, error) {
	request, err := profile.Request(profile.Options{What: info.What, Own: info.Packages}, data)
	if err != nil {
		return nil, err
	}
	answer, err := p.engine.Helper(ctx, "profile", request)
	var fault *toolchain.HelperError
	if errors.As(err, &fault) {
		return nil, &profile.BadError{Reason: fault.Reason}
	}
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	return profile.Decode(answer)
}

// addSummary puts what the profile of a run says into its Result. One that
// can't be read leaves the sentence that says why.
func addSummary(ctx context.Context, engine *toolchain.Engine, result *sandbox.Result) {
	data := result.ProfileData()
	if data == nil || result.Profile == nil {
		return
	}
	p, err := profiler{engine}.Read(ctx, result.Profile, data)
	if err != nil {
		result.Profile.Problem = "The profile of this run can't be read: " + err.Error() + "."
		return
	}
	result.Profile.Summary = p.Summary()
}

// shownFunctions is how many are printed of a view.
const shownFunctions = 15

// printProfile writes what the profile of a run says, as a table, where it
// does not mix with what the program printed.
func printProfile(w io.Writer, result *sandbox.Result) error {
	info := result.Profile
	if info == nil {
		return nil
	}
	p, ok := info.Summary.(*profile.Profile)
	if !ok {
		_, err := fmt.Fprintf(w, "tutor: no %s profile: %s\n", info.What, info.Problem)
		return err
	}
	fmt.Fprintf(w, "tutor: %s profile: %s\n", info.What, info.Says)
	if info.Ended != "" {
		fmt.Fprintf(w, "tutor: it ended before the program: %s\n", map[string]string{
			"idle": "nothing had run for a while", "time": "the program's time was nearly up"}[info.Ended])
	}
	if few := p.Few(info.Rate, result.Usage.CPU()); few != "" {
		fmt.Fprintln(w, "tutor: "+few)
	}
	for _, v := range p.Views {
		if v.Total > 0 {
			if err := printView(w, &v); err != nil {
				return err
			}
		}
	}
	return nil
}

func printView(w io.Writer, v *profile.View) error {
	fmt.Fprintf(w, "\n%s: %s", v.Name, profileAmount(v.Total, v.Unit))
	if v.Counted != "" {
		fmt.Fprintf(w, " in %d %s", v.Count, v.Counted)
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "flat\t\tcum\t\t  function\n")
	share := func(n int64) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(v.Total)) }
	for _, f := range v.Functions[:min(len(v.Functions), shownFunctions)] {
		at := ""
		if f.Own && f.Line > 0 {
			at = fmt.Sprintf(" %s:%d", f.File, f.Line)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t  %s%s\n", profileAmount(f.Flat, v.Unit), share(f.Flat), profileAmount(f.Cum, v.Unit), share(f.Cum), f.Name, at)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if more := len(v.Functions) - shownFunctions + v.Others; more > 0 {
		fmt.Fprintf(w, "and %d more functions\n", more)
	}
	return nil
}

// profileAmount is a value of a profile with its unit.
func profileAmount(n int64, unit string) string {
	switch unit {
	case "nanoseconds":
		return roundTime(time.Duration(n)).String()
	case "bytes":
		return amount(float64(n), "bytes")
	}
	return fmt.Sprint(n)
}

// roundTime keeps about three digits.
func roundTime(d time.Duration) time.Duration {
	to := time.Nanosecond
	for d/to >= 1000 {
		to *= 10
	}
	return d.Round(to)
}
