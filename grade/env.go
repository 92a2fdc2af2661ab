package grade

import (
	"encoding/json"
	"fmt"
	"slices"

	"course/tutor/exectrace"
	"course/tutor/exercises"
)

// environment gives a rule the names of a trace. A metric that is null stays
// nil in it.
func environment(m *exectrace.Metrics) (map[string]any, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write metrics: %w", err)
	}
	var env map[string]any
	if err := json.Unmarshal(text, &env); err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	env["task"] = func(name string) exercises.Span { return spanOf(m.Tasks, name) }
	env["region"] = func(name string) exercises.Span { return spanOf(m.Regions, name) }
	env["logs"] = func(category string) int { return logsOf(m.Logs, category) }
	env["logged"] = func(category, message string) int { return loggedOf(m.Logs, category, message) }
	env["waited"] = func(reason string) exercises.Wait {
		w := m.Blocked[reason]
		return exercises.Wait{N: w.N, TotalMS: w.TotalMS}
	}
	env["most_waited"] = func() string { return mostWaited(m.Blocked) }
	return env, nil
}

func spanOf(list []exectrace.NamedTime, name string) exercises.Span {
	for _, t := range list {
		if t.Name == name {
			return exercises.Span{N: t.N, Open: t.Open, TotalMS: t.TotalMS}
		}
	}
	return exercises.Span{}
}

func logsOf(list []exectrace.Log, category string) int {
	sum := 0
	for _, l := range list {
		if l.Category == category {
			sum += l.N
		}
	}
	return sum
}

func loggedOf(list []exectrace.Log, category, message string) int {
	at := slices.IndexFunc(list, func(l exectrace.Log) bool { return l.Category == category && l.Message == message })
	if at < 0 {
		return 0
	}
	return list[at].N
}

func mostWaited(blocked map[string]exectrace.BlockedTime) string {
	most := ""
	for reason, b := range blocked {
		if most == "" || b.TotalMS > blocked[most].TotalMS || b.TotalMS == blocked[most].TotalMS && reason < most {
			most = reason
		}
	}
	return most
}
