package exercises

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"course/tutor/sandbox"
)

// The bounds of a submission. Each refusal names its own.
const (
	MaxZIP   = 1 << 20   // bytes of an archive
	MaxFiles = 64        // files in it
	MaxFile  = 64 << 10  // bytes of one file
	MaxTotal = 256 << 10 // bytes of all files together
)

// answersName is the file in which the answers to the questions travel.
const answersName = "answers.json"

// Submission is what somebody hands in, read and sorted. Files are only those
// that the exercise lets a learner edit.
type Submission struct {
	Files   []sandbox.File
	Answers map[string]string
	Ignored []string // names that are no part of the work, sorted
	// AnswersWrong says why answers.json could not be read; "" when it could.
	AnswersWrong string
}

// RefusedError says why something cannot be read as a submission. It is the
// sender's mistake, told in one sentence.
type RefusedError struct {
	What string // the path or the name
	Why  string
}

func (e *RefusedError) Error() string { return e.What + ": " + e.Why }

func refuse(what, format string, args ...any) error {
	return &RefusedError{What: what, Why: fmt.Sprintf(format, args...)}
}

// reason is why err happened, without the path, which the message has already.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// ReadSubmission reads a folder or a ZIP archive. A *RefusedError is the
// sender's mistake, any other error is ours.
func ReadSubmission(ex *Exercise, name string) (*Submission, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(name, "there is no such file or folder")
	}
	if err != nil {
		return nil, refuse(name, "it cannot be read: %v", reason(err))
	}
	if info.IsDir() {
		return readDir(ex, name)
	}
	if !strings.EqualFold(filepath.Ext(name), ".zip") {
		return nil, refuse(name, "it is neither a folder nor a ZIP archive")
	}
	if info.Size() > MaxZIP {
		return nil, refuse(name, "the archive has %d bytes, %d are allowed", info.Size(), MaxZIP)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, refuse(name, "it cannot be read: %v", reason(err))
	}
	return ReadZIP(ex, name, data)
}

// readDir reads the top of a folder. Links are never followed.
func readDir(ex *Exercise, dir string) (*Submission, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, refuse(dir, "it cannot be read: %v", reason(err))
	}
	in := &intake{ex: ex}
	for _, entry := range entries {
		name := entry.Name()
		if !in.wanted(name) {
			in.ignore(name)
			continue
		}
		file := filepath.Join(dir, name)
		if !entry.Type().IsRegular() {
			return nil, refuse(file, "it must be a plain file, not a link or a folder")
		}
		f, err := os.Open(file)
		if err != nil {
			return nil, refuse(file, "it cannot be read: %v", reason(err))
		}
		err = in.take(file, name, f)
		f.Close() //nolint:errcheck // it was only read
		if err != nil {
			return nil, err
		}
	}
	return in.done(), nil
}

// ReadZIP reads an archive. Its name is only for messages. An archive whose
// files all lie in one folder is read as if that folder were the top.
func ReadZIP(ex *Exercise, name string, data []byte) (*Submission, error) {
	if len(data) > MaxZIP {
		return nil, refuse(name, "the archive has %d bytes, %d are allowed", len(data), MaxZIP)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuse(name, "it is no ZIP archive: %v", err)
	}
	files, err := plainEntries(name, archive)
	if err != nil {
		return nil, err
	}
	in, top := &intake{ex: ex}, commonFolder(ex, files)
	for _, f := range files {
		inner := strings.TrimPrefix(f.Name, top)
		if !in.wanted(inner) {
			in.ignore(inner)
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, refuse(name, "%s cannot be unpacked: %v", f.Name, err)
		}
		if err := in.take(name+": "+f.Name, inner, r); err != nil {
			return nil, err
		}
	}
	return in.done(), nil
}

// plainEntries refuses an archive with names that lead out of it, with links,
// or with too many files.
func plainEntries(name string, archive *zip.Reader) ([]*zip.File, error) {
	var files []*zip.File
	for _, f := range archive.File {
		if !plainPath(f.Name) {
			return nil, refuse(name, "the name %q leads out of the archive; use plain names", f.Name)
		}
		mode := f.Mode()
		if mode.IsDir() {
			continue
		}
		if !mode.IsRegular() {
			return nil, refuse(name, "%q is not a plain file; links are not taken", f.Name)
		}
		if files = append(files, f); len(files) > MaxFiles {
			return nil, refuse(name, "it has more than %d files", MaxFiles)
		}
	}
	return files, nil
}

// plainPath says whether a path stays where it is unpacked.
func plainPath(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsAny(name, "\\:\x00") &&
		fs.ValidPath(strings.TrimSuffix(name, "/"))
}

// commonFolder is "folder/" when every file lies below it and none of the
// edit files lies at the top; else "".
func commonFolder(ex *Exercise, files []*zip.File) string {
	top := ""
	for i, f := range files {
		dir, _, below := strings.Cut(f.Name, "/")
		if !below || i > 0 && dir+"/" != top || slices.Contains(ex.Edit, f.Name) {
			return ""
		}
		top = dir + "/"
	}
	return top
}

// Accept sorts files that came by name and text, as from a form or from JSON.
func Accept(ex *Exercise, files []sandbox.File, answers map[string]string) (*Submission, error) {
	if len(files) > MaxFiles {
		return nil, refuse("files", "there are %d, %d are allowed", len(files), MaxFiles)
	}
	in := &intake{ex: ex, answers: answers}
	for _, f := range files {
		if !plainPath(f.Name) {
			return nil, refuse(fmt.Sprintf("%q", f.Name), "this is no plain file name")
		}
		if !in.wanted(f.Name) {
			in.ignore(f.Name)
			continue
		}
		if err := in.take(f.Name, f.Name, io.NopCloser(strings.NewReader(f.Content))); err != nil {
			return nil, err
		}
	}
	return in.done(), nil
}

// intake sorts what comes in into work and what is ignored.
type intake struct {
	ex      *Exercise
	sub     Submission
	answers map[string]string
	total   int
}

func (in *intake) wanted(name string) bool {
	return slices.Contains(in.ex.Edit, name) || name == answersName && len(in.ex.Questions) > 0
}

func (in *intake) ignore(name string) {
	if len(in.sub.Ignored) < MaxFiles {
		in.sub.Ignored = append(in.sub.Ignored, strings.ToValidUTF8(name, "\uFFFD"))
	}
}

// take reads one wanted file within the bounds. The label is for messages.
func (in *intake) take(label, name string, r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return refuse(label, "it cannot be read: %v", err)
	}
	if len(data) > MaxFile {
		return refuse(label, "it has more than %d bytes, which is what one file may have", MaxFile)
	}
	if in.total += len(data); in.total > MaxTotal {
		return refuse(label, "the files have more than %d bytes together", MaxTotal)
	}
	if at := firstBad(data); at >= 0 {
		return refuse(label, "line %d is not UTF-8; save the file as UTF-8", 1+bytes.Count(data[:at], []byte("\n")))
	}
	if name == answersName {
		in.answers, in.sub.AnswersWrong = ParseAnswers(data)
		return nil
	}
	if has(in.sub.Files, name) {
		return refuse(label, "the name comes twice")
	}
	in.sub.Files = append(in.sub.Files, sandbox.File{Name: path.Base(name), Content: string(data)})
	return nil
}

// firstBad is the offset of the first byte that is not UTF-8, or -1.
func firstBad(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// done keeps the answers to questions that are asked and sorts.
func (in *intake) done() *Submission {
	in.sub.Answers = map[string]string{}
	for id, answer := range in.answers {
		if _, asked := in.ex.Question(id); !asked {
			in.ignore(answersName + ": " + id)
			continue
		}
		in.sub.Answers[id] = answer
	}
	slices.Sort(in.sub.Ignored)
	slices.SortFunc(in.sub.Files, func(a, b sandbox.File) int { return strings.Compare(a.Name, b.Name) })
	return &in.sub
}

// Submissions finds what a folder holds: itself when it has a file that the
// exercise lets a learner edit, else each of its sub-folders and archives.
func Submissions(ex *Exercise, name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return []string{name}, nil
	}
	for _, edit := range ex.Edit {
		if _, err := os.Lstat(filepath.Join(name, edit)); err == nil {
			return []string{name}, nil
		}
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, refuse(name, "it cannot be read: %v", reason(err))
	}
	var found []string
	for _, entry := range entries {
		isZIP := entry.Type().IsRegular() && strings.EqualFold(filepath.Ext(entry.Name()), ".zip")
		if (entry.IsDir() || isZIP) && !strings.HasPrefix(entry.Name(), ".") {
			found = append(found, filepath.Join(name, entry.Name()))
		}
	}
	if len(found) == 0 {
		return nil, refuse(name, "there is neither %s nor a folder of a submission in it", list(ex.Edit))
	}
	return found, nil
}
