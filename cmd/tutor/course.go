package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
	"course/tutor/site"
)

// courseFiles are the folders of a course.
type courseFiles struct {
	content, exercises fs.FS
	dir                string // on disk; "" for the built-in course
}

// openCourse finds the files of a course: those of --course, or our own.
func openCourse(dir string) (courseFiles, error) {
	if dir == "" {
		return courseFiles{content: content.FS(), exercises: exercises.FS()}, nil
	}
	c := courseFiles{dir: dir}
	for _, part := range []struct {
		name string
		to   *fs.FS
	}{{"content", &c.content}, {"exercises", &c.exercises}} {
		sub := filepath.Join(dir, part.name)
		if info, err := os.Stat(sub); err != nil || !info.IsDir() {
			return c, misuse("%s is no course: it has no folder %s", dir, part.name)
		}
		*part.to = os.DirFS(sub)
	}
	return c, nil
}

// load reads the course and its exercises, and says on warn how many mistakes
// their text has.
func (c courseFiles) load(warn func(string)) (*content.Course, []*exercises.Exercise, error) {
	course, err := content.Load(c.content)
	if err != nil {
		return nil, nil, err
	}
	all, problems, err := exercises.Load(c.exercises)
	if err != nil {
		return nil, nil, err
	}
	if n := len(course.Problems) + len(problems); n > 0 {
		warn(fmt.Sprintf("the text of the course has %d mistakes; tutor verify lists them", n))
	}
	return course, all, nil
}

// jobsOf are the jobs of a course that a server builds ahead: each listing as it
// is printed, and what the checks build for each starter.
func jobsOf(course *content.Course, all []*exercises.Exercise) []sandbox.Job {
	jobs := site.Listings(course)
	for _, ex := range all {
		jobs = append(jobs, grade.Programs(ex))
	}
	return jobs
}
