package exercises

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"course/tutor/sandbox"
)

// Load reads every exercise folder at the top of fsys, sorted by id. What is
// wrong with their text is in the problems; the error is for a file system
// that cannot be read.
func Load(fsys fs.FS) ([]*Exercise, []Problem, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("list exercises: %w", err)
	}
	var all []*Exercise
	probs := &problems{}
	for _, entry := range entries {
		if !entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		ex, err := loadOne(fsys, entry.Name(), probs)
		if err != nil {
			return nil, nil, fmt.Errorf("load exercise %s: %w", entry.Name(), err)
		}
		if ex != nil {
			all = append(all, ex)
		}
	}
	slices.SortFunc(all, func(a, b *Exercise) int { return strings.Compare(a.ID, b.ID) })
	sameID(all, probs)
	return all, probs.sorted(), nil
}

func sameID(all []*Exercise, probs *problems) {
	for i := 1; i < len(all); i++ {
		if all[i].ID == all[i-1].ID {
			probs.add(path.Join(all[i].Dir, "exercise.md"), 1, "front-matter",
				fmt.Sprintf("id %q is also that of %s", all[i].ID, all[i-1].Dir), "give each exercise an id of its own")
		}
	}
}

// loadOne reads one folder. It answers with nil when the folder has no
// exercise.md that can be read at all.
func loadOne(fsys fs.FS, dir string, probs *problems) (*Exercise, error) {
	file := path.Join(dir, "exercise.md")
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		probs.add(file, 1, "front-matter", "there is no exercise.md in this folder", "write one, or move the folder away")
		return nil, nil //nolint:nilerr // that it is missing is the author's mistake, told above
	}
	ex := &Exercise{Dir: dir}
	front, body, offset := splitFront(string(text))
	if !utf8.Valid(text) {
		probs.add(file, 1, "front-matter", "it is not UTF-8", "save it as UTF-8")
		return nil, nil
	}
	if front == "" {
		probs.add(file, 1, "front-matter", "it does not begin with front matter", "begin with a line ---, then the keys, then a line ---")
		return nil, nil
	}
	m := &matter{file: file, offset: 1, probs: probs}
	if !ex.readFront(m, front) {
		return nil, nil
	}
	ex.Task, ex.Hints = splitHints(body, offset, file, probs)
	if err := ex.readFolders(fsys, probs); err != nil {
		return nil, err
	}
	ex.checkFolders(probs)
	ex.Hash = ex.hash(string(text))
	return ex, nil
}

// splitFront cuts the text between two lines of three dashes off. The offset
// is the number of lines before the body.
func splitFront(text string) (front, body string, offset int) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return "", text, 0
	}
	front, body, ok = strings.Cut(rest, "\n---\n")
	if !ok {
		return "", text, 0
	}
	return front + "\n", body, strings.Count(front, "\n") + 3
}

// readFolders reads the files below the folder of the exercise.
func (ex *Exercise) readFolders(fsys fs.FS, probs *problems) error {
	for _, f := range []struct {
		name string
		into *[]sandbox.File
	}{
		{"_starter", &ex.Starter}, {"_tests", &ex.Tests}, {"_probe", &ex.Probe},
		{"_judge", &ex.Judge}, {"_solution", &ex.Solution},
	} {
		files, err := readGo(fsys, path.Join(ex.Dir, f.name))
		if err != nil {
			return err
		}
		*f.into = files
	}
	answers, err := readAnswersFile(fsys, path.Join(ex.Dir, "_solution"), probs)
	if err != nil {
		return err
	}
	ex.Answers = answers
	return ex.readWrong(fsys, probs)
}

// readGo reads the Go files of one folder, sorted by name; a folder that is
// not there has none.
func readGo(fsys fs.FS, dir string) ([]sandbox.File, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		if isMissing(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	var files []sandbox.File
	for _, entry := range entries {
		if entry.IsDir() || path.Ext(entry.Name()) != ".go" {
			continue
		}
		text, err := fs.ReadFile(fsys, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path.Join(dir, entry.Name()), err)
		}
		files = append(files, sandbox.File{Name: entry.Name(), Content: string(text)})
	}
	return files, nil
}

// hash covers all that a verdict rests on but the learner's files.
func (ex *Exercise) hash(text string) string {
	h := sha256.New()
	add := func(folder string, files []sandbox.File) {
		for _, f := range files {
			fmt.Fprintf(h, "%s/%s %d\n%s", folder, f.Name, len(f.Content), f.Content)
		}
	}
	add("", []sandbox.File{{Name: "exercise.md", Content: text}})
	add("probe", ex.Probe)
	add("judge", ex.Judge)
	add("solution", ex.Solution)
	add("show", ex.Shown())
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Shown are the files of the starter that a learner reads but does not edit.
// They are compiled with the learner's, whatever a submission says.
func (ex *Exercise) Shown() []sandbox.File {
	var shown []sandbox.File
	for _, f := range ex.Starter {
		if slices.Contains(ex.Show, f.Name) {
			shown = append(shown, f)
		}
	}
	return shown
}
