package content

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Info is the info string of a fence, taken apart. Keys hold "true" for a key
// that stands alone.
type Info struct {
	Lang string
	Verb string // of go: run, test, bench, norun, exercise; of text: output, stderr; else ""
	Keys map[string]string
}

// InfoError is one thing wrong with an info string.
type InfoError struct {
	Word    string
	Message string
	Fix     string
}

// word is one token of an info string: key, key=value or key="value".
type word struct {
	key, value string
	valued     bool
}

// keyRule says what values a key takes; nil means that it stands alone.
type keyRule func(value string) error

// goVerbs are the verbs of a go fence.
func goVerbs() []string { return []string{"run", "test", "bench", "norun"} }

// statuses are the words of expect=.
func statuses() []string {
	return []string{
		"ok", "compile_error", "runtime_error", "deadlock", "race", "test_failed", "time_limit",
		"memory_limit", "output_limit", "process_limit", "disk_limit", "compile_limit",
		"forbidden", "refused", "killed",
	}
}

// goKeys are the keys of a go fence.
func goKeys() map[string]keyRule {
	return map[string]keyRule{
		"id":       matches(idPattern(), "lower-case letters, digits and hyphens"),
		"file":     fileName,
		"race":     nil,
		"alone":    nil,
		"trace":    nil,
		"clock":    oneOf("real", "fake", "synctest"),
		"timeout":  duration,
		"memory":   func(s string) error { _, err := ParseSize(s); return err },
		"procs":    number(1, 256),
		"cpulimit": processors,
		"idle":     duration,
		"engine":   oneOf("auto", "go", "interp"),
		"expect":   expectation,
		"profile":  oneOf("cpu", "heap", "block", "mutex", "goroutine"),
		"cover":    nil,
		"asm":      nil,
		"gcflags":  matches(regexp.MustCompile(`^-[lNmB]( -[lNmB])*$`), `flags of -l, -N, -m and -B, as "-l -N"`),
		"vary":     func(s string) error { _, err := ParseVary(s); return err },
		"args":     func(s string) error { _, err := SplitArgs(s); return err },
		"env":      matches(regexp.MustCompile(`^[^\s=]+=\S*( [^\s=]+=\S*)*$`), `KEY=VALUE, several with blanks between them: env="A=1 B=2"`),
		"stdin":    fileName,
		"focus":    oneOf("goroutines", "procs", "threads"),
		"t":        span,
		"see":      oneOf(Sights()...),
		"look":     anything,
		"caption":  anything,
	}
}

// ParseInfo takes the info string of a fence apart. What is wrong with it is
// told word by word; the Info holds what could be understood.
func ParseInfo(s string) (Info, []InfoError) {
	lang, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	in := Info{Lang: lang, Keys: map[string]string{}}
	words, bad := splitWords(rest)
	var errs []InfoError
	if bad != "" {
		errs = append(errs, InfoError{bad, "the quote in " + quoted(bad) + " is not closed", `close it with "`})
	}
	switch lang {
	case "go":
		errs = append(errs, in.goWords(words)...)
	case "text":
		errs = append(errs, in.textWords(words)...)
	default:
		errs = append(errs, plainWords(lang, words)...)
	}
	return in, errs
}

// splitWords cuts at spaces outside of quotes. The second result is the word
// whose quote is not closed.
func splitWords(s string) (words []word, unclosed string) {
	for s = strings.TrimLeft(s, " \t"); s != ""; s = strings.TrimLeft(s, " \t") {
		end := strings.IndexAny(s, " \t=")
		if end < 0 {
			return append(words, word{key: s}), ""
		}
		w := word{key: s[:end]}
		if s[end] != '=' {
			words, s = append(words, w), s[end:]
			continue
		}
		w.valued, s = true, s[end+1:]
		var ok bool
		if w.value, s, ok = takeValue(s); !ok {
			return words, w.key + "=" + w.value
		}
		words = append(words, w)
	}
	return words, ""
}

// takeValue takes a bare or quoted value off the front of s.
func takeValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, " \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], true
	}
	value, rest, ok = strings.Cut(s[1:], `"`)
	if !ok {
		return s, "", false
	}
	return value, rest, true
}

func (in *Info) goWords(words []word) []InfoError {
	if len(words) == 0 {
		return nil
	}
	if !words[0].valued && slices.Contains(goVerbs(), words[0].key) {
		in.Verb = words[0].key
		return in.keys(words[1:], goKeys())
	}
	if words[0].key == "exercise" && words[0].valued {
		in.Verb = "exercise"
		return in.keys(words, map[string]keyRule{
			"exercise": matches(idPattern(), "an exercise id"),
			"file":     fileName, "id": goKeys()["id"], "caption": anything,
		})
	}
	if !words[0].valued && goKeys()[words[0].key] == nil {
		known := append(goVerbs(), "exercise=")
		return []InfoError{{words[0].key, fmt.Sprintf("unknown verb %s of a go fence", quoted(words[0].key)),
			suggestion(words[0].key, known, "write go run, go norun or go exercise=ID")}}
	}
	return []InfoError{{words[0].key, "a go fence needs its verb before " + quoted(words[0].key),
		"write go run, or go norun for a listing that is only shown"}}
}

func (in *Info) textWords(words []word) []InfoError {
	if len(words) == 0 {
		return nil
	}
	if w := words[0]; w.valued || w.key != "output" && w.key != "stderr" {
		return []InfoError{{w.key, fmt.Sprintf("unknown word %s after text", quoted(w.key)),
			suggestion(w.key, []string{"output", "stderr"}, "write text output or text stderr")}}
	}
	in.Verb = words[0].key
	errs := in.keys(words[1:], map[string]keyRule{"unordered": nil, "match": nil, "first": number(1, 100000)})
	if len(in.Keys) > 1 {
		errs = append(errs, InfoError{in.Verb, "an output is compared in one way", "keep one of unordered, match and first=N"})
	}
	return errs
}

// keys reads the keys after the verb, each once.
func (in *Info) keys(words []word, rules map[string]keyRule) []InfoError {
	var errs []InfoError
	for _, w := range words {
		if e := in.key(w, rules); e != nil {
			errs = append(errs, *e)
		}
	}
	return errs
}

func (in *Info) key(w word, rules map[string]keyRule) *InfoError {
	rule, known := rules[w.key]
	_, again := in.Keys[w.key]
	switch {
	case !known:
		return &InfoError{w.key, "unknown word " + quoted(w.key),
			suggestion(w.key, sortedKeys(rules), "take it out; docs/authoring.md lists the words")}
	case again:
		return &InfoError{w.key, w.key + " stands twice", "keep one"}
	case rule == nil && w.valued:
		return &InfoError{w.key, w.key + " takes no value", "write " + w.key}
	case rule == nil:
		in.Keys[w.key] = "true"
		return nil
	case !w.valued || w.value == "":
		return &InfoError{w.key, w.key + " needs a value", "write " + w.key + "=VALUE"}
	}
	if err := rule(w.value); err != nil {
		return &InfoError{w.key, fmt.Sprintf("%s=%s: %v", w.key, w.value, err), "correct the value"}
	}
	in.Keys[w.key] = w.value
	return nil
}

// plainWords judges the fence of any other language: it is only shown, so
// nothing may follow the language.
func plainWords(lang string, words []word) []InfoError {
	if lang != "" && !knownLanguage(lang) {
		return []InfoError{{lang, "unknown language " + quoted(lang), suggestion(lang, languages(), "write text for plain text")}}
	}
	if len(words) > 0 {
		return []InfoError{{words[0].key, fmt.Sprintf("nothing may follow %s in a fence", lang),
			"only go and text fences take words"}}
	}
	return nil
}

func idPattern() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9-]+$`) }

func quoted(s string) string { return strconv.Quote(s) }

func anything(string) error { return nil }

func matches(re *regexp.Regexp, what string) keyRule {
	return func(s string) error {
		if !re.MatchString(s) {
			return fmt.Errorf("want %s", what)
		}
		return nil
	}
}

func oneOf(words ...string) keyRule {
	return func(s string) error {
		if !slices.Contains(words, s) {
			return fmt.Errorf("want %s", strings.Join(words, ", "))
		}
		return nil
	}
}

func number(min, max int) keyRule {
	return func(s string) error {
		if n, err := strconv.Atoi(s); err != nil || n < min || n > max {
			return fmt.Errorf("want a whole number from %d to %d", min, max)
		}
		return nil
	}
}

func processors(s string) error {
	if f, err := strconv.ParseFloat(s, 64); err != nil || !(f >= 0.01 && f <= 256) {
		return fmt.Errorf("want a number of CPUs from 0.01 to 256, as 1.5")
	}
	return nil
}

func duration(s string) error {
	if d, err := time.ParseDuration(s); err != nil || d <= 0 {
		return fmt.Errorf("want a duration, as 2s or 500ms")
	}
	return nil
}

func span(s string) error {
	from, to, ok := strings.Cut(s, "..")
	f, err1 := time.ParseDuration(from)
	t, err2 := time.ParseDuration(to)
	if !ok || err1 != nil || err2 != nil || f < 0 || t <= f {
		return fmt.Errorf("want FROM..TO, as 0s..2ms")
	}
	return nil
}

func fileName(s string) error {
	if !plainName(s) {
		return fmt.Errorf("want a plain file name")
	}
	return nil
}

// plainName reports whether s names a file in the listing's own folder.
func plainName(s string) bool {
	ok := s != "" && s[0] != '.' && s[0] != '_' && s[0] != '-' && len(s) <= 100
	for _, r := range s {
		ok = ok && (r == '.' || r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}
	return ok
}

// pathName reports whether s names a file of a program: in folders there are only
// Go files, and what lies in testdata.
func pathName(s string) bool {
	parts := strings.Split(s, "/")
	ok := len(parts) <= 9 && len(s) <= 100
	for _, part := range parts {
		ok = ok && plainName(part) && !strings.HasSuffix(part, ".")
	}
	return ok && (len(parts) == 1 || strings.HasSuffix(s, ".go") || File{Name: s}.isData())
}

func expectation(s string) error {
	if s == "panic" || slices.Contains(statuses(), s) {
		return nil
	}
	if code, ok := strings.CutPrefix(s, "exit:"); ok {
		return number(0, 255)(code)
	}
	return fmt.Errorf("want panic, exit:N or one of %s", strings.Join(statuses(), " "))
}

// ParseSize reads a size in bytes: 65536, 64KiB, 64MiB, 1GiB, or the same
// with KB, MB and GB for powers of 1000.
func ParseSize(s string) (int64, error) {
	units := []struct {
		suffix string
		bytes  int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1}}
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n <= 0 || n > (1<<50)/u.bytes {
			break
		}
		return n * u.bytes, nil
	}
	return 0, fmt.Errorf("want a size, as 64MiB")
}
