package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// kill ends one of our processes, as somebody else on the machine would: a
// program, a compiler, a checker, or the one that makes jails.
func (s *soak) kill() {
	var ids []int
	for _, id := range childIDs() {
		if state(id) != "Z" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return
	}
	p, err := os.FindProcess(ids[s.choose(len(ids))])
	s.harm()
	if err == nil {
		_ = p.Kill() // it may have ended meanwhile
	}
}

// damage spoils a program that is kept: cut off, changed, or a folder in its
// place.
func (s *soak) damage() {
	files, err := filepath.Glob(filepath.Join(s.cache(), "*"))
	if err != nil || len(files) == 0 {
		return
	}
	name := files[s.choose(len(files))]
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(filepath.Base(name), "new-") {
		return
	}
	s.harm()
	defer s.harm() // for a run that began while it was being done
	// A program that is running stays what it is: another takes its name.
	data, err := os.ReadFile(name)
	if err != nil {
		return
	}
	_ = os.Remove(name)
	switch s.choose(3) {
	case 0:
		_ = os.WriteFile(name, data[:len(data)/2], 0o755)
	case 1:
		data[len(data)/2] ^= 1
		_ = os.WriteFile(name, data, 0o755)
	case 2:
		_ = os.Mkdir(name, 0o755)
	}
}

// removeCache is what tutor clean does under a running server.
func (s *soak) removeCache() {
	if s.choose(4) == 0 { // all is built anew after it
		_ = os.RemoveAll(s.cache())
	}
}

func (s *soak) cache() string { return filepath.Join(s.data, "cache", "programs") }

// childIDs are the processes that are our own, by number.
func childIDs() []int {
	var ids []int
	files, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range files {
		data, _ := os.ReadFile(file) // a thread may have ended
		for _, word := range strings.Fields(string(data)) {
			id, _ := strconv.Atoi(word)
			ids = append(ids, id)
		}
	}
	return ids
}

// state is the letter of a process in /proc, "" when it is gone.
func state(id int) string {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(id) + "/stat")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	return rest[:min(1, len(rest))]
}
