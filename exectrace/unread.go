package exectrace

import (
	"encoding/json"
	"reflect"
	"strings"
)

// unreadMetrics are those of a trace of which nothing could be read: every
// number is null in JSON, and Why has why under each name.
func unreadMetrics(why string) Metrics {
	cut := "cut"
	m := Metrics{Truncated: &cut, Steals: Steals{Inferred: true}, Why: map[string]string{}, unread: true}
	eachNumber(reflect.TypeFor[Metrics](), nil, func(path []string) {
		m.Why[strings.Join(path, ".")] = why
	})
	return m
}

// eachNumber gives the JSON path of each part of t that a trace may fail to
// tell, also of the lists and maps, which are not looked into.
func eachNumber(t reflect.Type, above []string, f func(path []string)) {
	for field := range t.Fields() {
		name := field.Tag.Get("json")
		if name == "" || name == "truncated" || name == "why" || name == "inferred" {
			continue // ours, or told of every trace
		}
		path := append(above[:len(above):len(above)], name)
		if field.Type.Kind() == reflect.Struct {
			eachNumber(field.Type, path, f)
			continue
		}
		f(path)
	}
}

// Unread says that nothing of the trace could be read, why, and that what is 0
// or empty in these metrics is not known.
func (m *Metrics) Unread() (why string, unread bool) { return m.Why["events"], m.unread }

// MarshalJSON writes null for all that is not known of a trace that could not
// be read.
func (m Metrics) MarshalJSON() ([]byte, error) {
	type plain Metrics
	if !m.unread {
		return json.Marshal(plain(m))
	}
	out := map[string]any{"truncated": m.Truncated, "why": m.Why}
	eachNumber(reflect.TypeFor[Metrics](), nil, func(path []string) {
		in := out
		for _, group := range path[:len(path)-1] {
			if in[group] == nil {
				in[group] = map[string]any{}
			}
			in = in[group].(map[string]any)
		}
		in[path[len(path)-1]] = nil
	})
	out["steals"].(map[string]any)["inferred"] = m.Steals.Inferred
	return json.Marshal(out)
}
