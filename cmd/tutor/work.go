package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"course/tutor/exercises"
)

func newWork(io streams) *cobra.Command {
	var course string
	cmd := &cobra.Command{
		Use:   "work ID [DIR]",
		Short: "Write an exercise as a module for your own editor",
		Long: `Write an exercise as a plain module that any editor opens and go test runs.
Files that are there already are never overwritten. Check it with
tutor check, in that folder.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error { return work(io, course, args) },
	}
	cmd.Flags().StringVar(&course, "course", "", "folder of a course instead of the built-in one")
	return cmd
}

// work writes the module of one exercise into a folder.
func work(io streams, course string, args []string) error {
	ex, err := findExercise(gradeFlags{exercise: args[0], course: course, format: "text"})
	if err != nil {
		return err
	}
	dir := ex.Dir
	if len(args) == 2 {
		dir = args[1]
	}
	return writeModule(io, ex, dir)
}

// writeModule writes what is not there yet and says what it left alone.
func writeModule(io streams, ex *exercises.Exercise, dir string) error {
	for _, f := range ex.Module(ex.Starter, nil) {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return misuse("write exercise: %v", err)
		}
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if os.IsExist(err) {
			fmt.Fprintf(io.err, "tutor: %s is there already and stays as it is\n", name)
			continue
		}
		if err != nil {
			return misuse("write exercise: %v", err)
		}
		_, err = file.WriteString(f.Content)
		if closing := file.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return ours(err)
		}
		fmt.Fprintln(io.out, name)
	}
	return nil
}
