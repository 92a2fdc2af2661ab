package profile

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"

	pprof "github.com/google/pprof/profile"
)

// Bounds of a profile, whatever a program sends in its place.
const (
	maxBytes     = 32 << 20 // decompressed
	maxFunctions = 100
	maxLines     = 2000
	maxBoxes     = 800
	maxDepth     = 96
	maxName      = 200 // runes of a name of a function or a file
)

// Parse reads a pprof file, as runtime/pprof writes it.
func Parse(data []byte, opts Options) (p *Profile, err error) {
	defer func() {
		if r := recover(); r != nil { // the reader's fault, provoked by the bytes
			p, err = nil, &BadError{fmt.Sprintf("it is damaged: %v", r)}
		}
	}()
	raw, err := decompress(data)
	if err != nil {
		return nil, err
	}
	file, err := pprof.ParseUncompressed(raw)
	if err == nil {
		err = file.CheckValid()
	}
	if err != nil {
		return nil, &BadError{"it is no profile: " + clip(err.Error())}
	}
	return read(file, opts), nil
}

func decompress(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, &BadError{"it does not begin as a compressed profile does"}
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxBytes+1))
	switch {
	case err != nil:
		return nil, &BadError{"it is cut or damaged: " + clip(err.Error())}
	case len(raw) > maxBytes:
		return nil, &BadError{fmt.Sprintf("it is larger than %d MiB when it is decompressed", maxBytes>>20)}
	}
	return raw, nil
}

// read makes a Profile of a file.
func read(file *pprof.Profile, opts Options) *Profile {
	stacks := readStacks(file, opts)
	p := &Profile{What: opts.What, Duration: max(0, file.DurationNanos), Views: []View{}}
	for _, k := range kinds(file) {
		p.Views = append(p.Views, k.view(file, stacks))
	}
	switch opts.What {
	case "cpu":
		p.Period = max(0, file.Period)
		fallthrough
	case "block", "mutex":
		if len(p.Views) > 0 {
			p.Samples = p.Views[0].Count
		}
	case "goroutine":
		if len(p.Views) > 0 {
			p.Samples = p.Views[0].Total
		}
	default:
		p.Samples = int64(len(stacks))
	}
	return p
}

// kind is a value of a sample that is worth a view, and the number that goes
// with it.
type kind struct{ value, count int } // count is -1 for none

// kinds are the views of a file: pprof lists a count before what it counts.
func kinds(file *pprof.Profile) []kind {
	var list []kind
	for i, t := range file.SampleType {
		switch {
		case t.Unit != "count" && i > 0 && file.SampleType[i-1].Unit == "count":
			list = append(list, kind{i, i - 1})
		case t.Unit != "count" || len(file.SampleType) == 1:
			list = append(list, kind{i, -1})
		}
	}
	return list
}

// frame is one function on a stack.
type frame struct {
	name, file string
	line       int
	own        bool
}

// stack is a sample without what is ours, from the outermost call in.
type stack struct {
	frames []frame
	sample *pprof.Sample
}

func readStacks(file *pprof.Profile, opts Options) []stack {
	var list []stack
	tested := len(opts.Own) > 0 && !slices.Contains(opts.Own, "main") // then the main is ours, and calls testing
	for _, s := range file.Sample {
		frames, ours := frames(s, opts.Own)
		if ours {
			if opts.What != "goroutine" {
				continue // what we took is not the program's
			}
			if frames = withoutOurs(frames); !slices.ContainsFunc(frames, func(f frame) bool { return f.own }) {
				continue
			}
		}
		if frames = belowTesting(frames); tested && !frames[0].own && isTesting(frames[0].name) {
			continue // what testing did for itself is not the tests'
		}
		list = append(list, stack{frames, s})
	}
	return list
}

// frames are those of a sample, inlined calls too. It says whether some are
// our harness's.
func frames(s *pprof.Sample, own []string) (list []frame, ours bool) {
	for i := len(s.Location) - 1; i >= 0; i-- {
		lines := s.Location[i].Line
		for j := len(lines) - 1; j >= 0; j-- {
			f := lines[j].Function
			if f == nil || len(list) == 0 && scaffold(f.Name) {
				continue
			}
			ours = ours || isOurs(f.Name)
			list = append(list, frame{clip(f.Name), clip(f.Filename), int(lines[j].Line), isOwn(f.Name, own)})
		}
	}
	if len(list) == 0 {
		list = []frame{{name: "(where goroutines start)"}}
	}
	return list, ours
}

// belowTesting leaves out by what package testing, and the main that calls it,
// came to call the learner's tests: as the start of goroutines, nobody wrote it.
func belowTesting(list []frame) []frame {
	n := 0
	for n < len(list) && !list[n].own && isTesting(list[n].name) {
		n++
	}
	if n == len(list) || !list[n].own {
		return list
	}
	return list[n:]
}

func isTesting(name string) bool {
	return strings.HasPrefix(name, "testing.") || strings.HasPrefix(name, "main.")
}

// scaffold says whether a function is where the runtime starts goroutines,
// which nobody wrote.
func scaffold(name string) bool {
	return name == "" || name == "runtime.goexit" || name == "runtime.main"
}

// isOurs says whether a function belongs to the harness.
func isOurs(name string) bool {
	return strings.HasPrefix(name, "tutor/") || strings.HasPrefix(name, "runtime.tutor")
}

// withoutOurs cuts a stack where the program calls our harness, as its end
// does.
func withoutOurs(list []frame) []frame {
	at := slices.IndexFunc(list, func(f frame) bool {
		return isOurs(f.name) || strings.HasPrefix(f.name, "internal/runtime/exithook.") || f.name == "os.runtime_beforeExit"
	})
	if at < 0 {
		return list
	}
	return list[:at]
}

// isOwn says whether a function is in one of the packages own.
func isOwn(name string, own []string) bool {
	return slices.ContainsFunc(own, func(pkg string) bool { return strings.HasPrefix(name, pkg+".") })
}

// clip makes a text of a file's fit to be shown.
func clip(s string) string {
	r := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	if len(r) > maxName {
		return string(r[:maxName-1]) + "…"
	}
	return string(r)
}
