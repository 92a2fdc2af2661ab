package jail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"course/tutor/sandbox/jail/reexec"
)

// What the canaries are given, and how much more than that they may get
// before a bound counts as broken.
const (
	canaryMemory = 64 << 20
	canaryTasks  = 16
	canaryForks  = 100                              // tried
	canaryMiB    = 200                              // tried, of each kind of memory
	mayFork      = 2*canaryTasks + 8                // without a cgroup the limit is a little wider
	mayTakeMiB   = (canaryMemory+slackData)>>20 + 8 // as RLIMIT_DATA counts
	canaryWait   = 2 * time.Second                  // for a jail that was killed to be gone
	canaryLimit  = 10 * time.Second                 // for one canary, on a machine that is very busy
)

// Measure attacks this machine through the path that programs take, with a
// canary that is our own binary, and says what held. Nothing is compiled; it
// takes some 50 ms. The error is ours: a machine where nothing holds is a
// Level of 0.
func Measure(ctx context.Context) (Level, error) {
	return machine().measure(ctx)
}

func (h *host) measure(ctx context.Context) (Level, error) {
	ctx, cancel := context.WithTimeout(ctx, canaryLimit)
	defer cancel()
	saw, err := h.attack(ctx)
	if err != nil {
		return Level{}, fmt.Errorf("measure isolation: %w", err)
	}
	return saw.level(h.layers), nil
}

// sightings are what the canaries got at.
type sightings struct {
	letters   string
	processes int  // most at once
	memory    int  // MiB
	stayed    bool // something outlived the kill
}

// attack runs every canary, each in its own jail, side by side.
func (h *host) attack(ctx context.Context) (sightings, error) {
	var saw sightings
	var forked, taken, forbidden string
	var errs [5]error
	var wait sync.WaitGroup
	wait.Go(func() { saw.letters, errs[0] = h.look(ctx) })
	wait.Go(func() {
		forked, errs[1] = h.canary(ctx, Limits{Tasks: canaryTasks}, reexec.CanaryFork, strconv.Itoa(canaryForks))
	})
	wait.Go(func() {
		taken, errs[2] = h.canary(ctx, h.memoryLimits(), reexec.CanaryMemory, strconv.Itoa(canaryMiB))
	})
	wait.Go(func() { forbidden, errs[3] = h.canary(ctx, Limits{}, reexec.CanaryForbidden) })
	wait.Go(func() { saw.stayed, errs[4] = h.stays(ctx) })
	wait.Wait()
	saw.processes = strings.Count(forked, string(rune(reexec.SawProcess)))
	saw.memory = strings.Count(taken, string(rune(reexec.SawMemory)))
	saw.letters += forbidden
	return saw, errors.Join(errs[:]...)
}

// memoryLimits leaves the memory canary one bound, the one that counts here:
// the cgroup, or RLIMIT_DATA, which must leave our own runtime room to start.
func (h *host) memoryLimits() Limits {
	if h.layers[CgroupMemory] {
		return Limits{Memory: canaryMemory / 2, NoData: true}
	}
	return Limits{Memory: canaryMemory}
}

// look gives the canary something to find: a listener, a process, a folder.
func (h *host) look(ctx context.Context) (string, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	folder, err := os.MkdirTemp("", "tutor-canary-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o777); err != nil {
		return "", err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return h.canary(ctx, Limits{}, reexec.CanaryLook, strconv.Itoa(port), strconv.Itoa(os.Getpid()), "@"+folder)
}

// canary runs one to its end and returns what it said.
func (h *host) canary(ctx context.Context, limits Limits, args ...string) (string, error) {
	p, out, err := h.startCanary(ctx, limits, args...)
	if err != nil {
		return "", err
	}
	defer out.Close()
	said, err := io.ReadAll(out)
	exit, waitErr := p.Wait()
	if err := errors.Join(err, waitErr); err != nil {
		return "", err
	}
	rest, ok := strings.CutPrefix(string(said), string(rune(reexec.SawItself)))
	if !ok {
		// Nothing was tried, so nothing was shown to hold.
		return "", fmt.Errorf("canary %s did not run: exit code %d, signal %d", args[0], exit.Code, exit.Signal)
	}
	return rest, nil
}

func (h *host) startCanary(ctx context.Context, limits Limits, args ...string) (*Process, *os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer w.Close()
	p, err := h.start(ctx, Spec{
		Path: reexec.Self, Args: append([]string{reexec.NameCanary}, args...), Limits: limits, Stdout: w,
		Network: true, // what can make sockets can do more
	})
	if err != nil {
		_ = r.Close()
		return nil, nil, err
	}
	return p, r, nil
}

// stays kills a canary that does not want to go, and says whether anything
// of it still holds the pipe.
func (h *host) stays(ctx context.Context) (bool, error) {
	p, out, err := h.startCanary(ctx, Limits{}, reexec.CanaryStay)
	if err != nil {
		return false, err
	}
	defer out.Close()
	if _, err := out.Read(make([]byte, 8)); err != nil {
		return false, err
	}
	if err := p.Kill(); err != nil {
		return false, err
	}
	if err := out.SetReadDeadline(time.Now().Add(canaryWait)); err != nil {
		return false, err
	}
	_, err = io.Copy(io.Discard, out)
	if _, err := p.Wait(); err != nil {
		return false, err
	}
	return err != nil, nil
}

// saw says whether the canary that looked around got at something.
func (s sightings) saw(letter rune) bool { return strings.ContainsRune(s.letters, letter) }

// level judges what the canaries got at.
func (s sightings) level(on layers) Level {
	broken := s.broken()
	held := on.without(broken)
	l := Level{Missing: held.missing()}
	l.Mend = mends(l.Missing)
	switch {
	case s.saw(reexec.SawFile), s.saw(reexec.SawWrite), s.saw(reexec.SawNetwork), s.saw(reexec.SawExecute),
		!held[Seccomp], !held[NoNewPrivs], s.stayed:
		l.Level, l.Name = 0, "none"
	case len(broken) > 0, !held[Mount], !held[Root], !held[PID], !held[Net], !held[Caps]:
		l.Level, l.Name = 1, "restricted"
	default:
		l.Level, l.Name = 2, "isolated"
	}
	return l
}

// broken are the layers that an attack went through, whether they were on or
// not.
func (s sightings) broken() []Layer {
	var list []Layer
	for _, b := range []struct {
		hit   bool
		layer Layer
	}{
		{s.saw(reexec.SawFile) || s.saw(reexec.SawWrite) || s.saw(reexec.SawExecute), Landlock},
		{s.saw(reexec.SawName), Root},
		{s.saw(reexec.SawNetwork), Net},
		{s.saw(reexec.SawProcesses) || s.stayed, PID},
		{s.saw(reexec.SawForbidden), Seccomp},
		{s.memory > mayTakeMiB, CgroupMemory},
		{s.processes > mayFork, CgroupPIDs},
	} {
		if b.hit {
			list = append(list, b.layer)
		}
	}
	return list
}
