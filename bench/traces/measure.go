//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"course/tutor/exectrace"
)

// cost is what one way to look at a trace took.
type cost struct {
	ms  float64
	mib float64 // the most that one process held
}

// result is one line of the table. Costs are medians.
type result struct {
	sample
	bytes, events       int64
	analysed, page, raw cost
}

const (
	// sooner and less are what is promised against go tool trace.
	sooner, less = 10, 20
	// atLeast is by how much it must be better for the build to pass, in time
	// and in memory. Promises that are missed are told, and are lengths of time
	// that depend on the machine.
	atLeast = 1
)

func (r *result) line() string {
	return fmt.Sprintf("| %s | %.1f MB | %d | %.0f ms | %.0f MiB | %.0f ms | %.0f MiB | %.0f ms | %.0f MiB | %.1f× | %.1f× |",
		r.name, float64(r.bytes)/1e6, r.events, r.analysed.ms, r.analysed.mib, r.page.ms, r.page.mib,
		r.raw.ms, r.raw.mib, r.raw.ms/r.page.ms, r.raw.mib/r.analysed.mib)
}

// complaints are the promises that were missed at all.
func (r *result) complaints() (out []string) {
	for _, c := range r.promises() {
		if c.got > c.limit {
			out = append(out, fmt.Sprintf("%s: %s %.2f, promised at most %.2f", r.name, c.what, c.got, c.limit))
		}
	}
	return out
}

func (r *result) tooSlow() bool {
	return r.page.ms*atLeast > r.raw.ms || r.analysed.mib*atLeast > r.raw.mib
}

type promise struct {
	what       string
	got, limit float64
}

// promises are all as "at most".
func (r *result) promises() []promise {
	out := []promise{{"share of go tool trace's time until the first view", r.page.ms / r.raw.ms, 1.0 / sooner}}
	if r.ms > 0 {
		out = append(out, promise{fmt.Sprintf("ms to analyse, where go tool trace takes %.0f to its first view,", r.tool), r.analysed.ms / r.raw.ms * r.tool, r.ms})
	}
	if r.mib > 0 {
		out = append(out, promise{"MiB to analyse", r.analysed.mib, r.mib},
			promise{"share of go tool trace's memory", r.analysed.mib / r.raw.mib, 1.0 / less})
	}
	return out
}

// measure takes turns, so that a busy moment of the machine hits all.
func (t *tools) measure(ctx context.Context, s sample, rounds int) (*result, error) {
	file, size, err := t.record(ctx, s)
	if err != nil {
		return nil, err
	}
	defer os.Remove(file)
	r := &result{sample: s, bytes: size}
	var ours, pages, theirs []cost
	for range rounds {
		c, events, err := t.analysed(ctx, file)
		if err != nil {
			return nil, err
		}
		r.events = events
		ours = append(ours, c)
		page, err := t.page(ctx, file)
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
		tool, err := t.goTool(ctx, file)
		if err != nil {
			return nil, err
		}
		theirs = append(theirs, tool)
	}
	r.analysed, r.page, r.raw = median(ours), median(pages), median(theirs)
	return r, nil
}

// analysisOf is what the command says of itself when it only reads a trace.
type analysisOf struct {
	MS     float64
	Events int64
}

// analyseOnly reads a trace as the jailed child does.
func analyseOnly(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open trace: %w", err)
	}
	defer f.Close()
	debug.SetGCPercent(50) // as tutor's child does
	began := time.Now()
	t, err := exectrace.Parse(f, exectrace.Options{})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(analysisOf{float64(time.Since(began)) / 1e6, t.Events})
}

// analysed is the analysis alone, in a process of its own.
func (t *tools) analysed(ctx context.Context, file string) (cost, int64, error) {
	cmd := exec.CommandContext(ctx, t.self, "-analyse", file)
	out, err := cmd.Output()
	if err != nil {
		return cost{}, 0, fmt.Errorf("analyse: %w", err)
	}
	var a analysisOf
	if err := json.Unmarshal(out, &a); err != nil {
		return cost{}, 0, fmt.Errorf("analyse: %w", err)
	}
	return cost{a.MS, peak(cmd.ProcessState)}, a.Events, nil
}

// page is a whole process that writes a page of its own, with everything in
// it that can be looked at.
func (t *tools) page(ctx context.Context, file string) (cost, error) {
	out := filepath.Join(t.dir, "page.html")
	began := time.Now()
	cmd := exec.CommandContext(ctx, t.tutor, "trace", "--data", filepath.Join(t.dir, "data"), "--html", out, file)
	if msg, err := cmd.CombinedOutput(); err != nil {
		return cost{}, fmt.Errorf("tutor trace: %w\n%s", err, msg)
	}
	return cost{float64(time.Since(began)) / 1e6, peak(cmd.ProcessState)}, nil
}

// peak is the most memory that a process, or one it waited for, had.
func peak(p *os.ProcessState) float64 {
	return float64(p.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}

var (
	listens  = regexp.MustCompile(`listening on (http://[^\s]+)`)
	viewLink = regexp.MustCompile(`/trace\?([^"]*view=proc[^"]*)"`)
)

// goTool starts go tool trace and asks it for what its first page draws.
func (t *tools) goTool(ctx context.Context, file string) (cost, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	cmd := exec.CommandContext(ctx, t.goTrace, "-http=127.0.0.1:0", file)
	cmd.Env = append(os.Environ(), "BROWSER=true")
	says, err := cmd.StderrPipe()
	if err != nil {
		return cost{}, fmt.Errorf("start go tool trace: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return cost{}, fmt.Errorf("start go tool trace: %w", err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	url, err := address(says)
	if err != nil {
		return cost{}, err
	}
	if err := firstView(ctx, url); err != nil {
		return cost{}, err
	}
	took := time.Since(began)
	high, err := highWater(cmd.Process.Pid)
	return cost{float64(took) / 1e6, high}, err
}

func address(r io.Reader) (string, error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if m := listens.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, r) //nolint:errcheck // only so that it is never blocked
			return m[1], nil
		}
	}
	return "", errors.New("go tool trace did not say where it listens")
}

// firstView fetches what the viewer needs before it can draw the first part.
func firstView(ctx context.Context, url string) error {
	index, err := get(ctx, url+"/")
	if err != nil {
		return err
	}
	m := viewLink.FindStringSubmatch(index)
	if m == nil {
		return errors.New("go tool trace's page has no link to a view")
	}
	_, err = get(ctx, url+"/jsontrace?"+strings.ReplaceAll(m[1], "&amp;", "&"))
	return err
}

// get reads an answer; of a long one only its length matters, and the start.
func get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", fmt.Errorf("ask go tool trace: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask go tool trace: %w", err)
	}
	defer resp.Body.Close()
	head, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("read go tool trace's answer: %w", err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return "", fmt.Errorf("read go tool trace's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("go tool trace answers %s for %s", resp.Status, url)
	}
	return string(head), nil
}

// highWater is the most memory a living process has had, in MiB.
func highWater(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read memory of go tool trace: %w", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0, fmt.Errorf("read memory of go tool trace: %w", err)
	}
	return kib / 1024, nil
}

// median is that of each figure.
func median(list []cost) cost {
	mid := func(of func(cost) float64) float64 {
		v := make([]float64, len(list))
		for i, c := range list {
			v[i] = of(c)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return cost{mid(func(c cost) float64 { return c.ms }), mid(func(c cost) float64 { return c.mib })}
}
