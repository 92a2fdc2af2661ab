package exercises

import (
	"regexp"
	"strings"
)

var summaryLine = regexp.MustCompile(`(?s)^\s*<summary>(.*?)</summary>(.*)$`)

// splitHints takes the <details> blocks out of the task: they are the hints,
// in the order in which they are written, from a question to nearly the answer.
// A block inside a code fence stays where it is.
func splitHints(body string, offset int, file string, probs *problems) (task string, hints []Hint) {
	var kept, block []string
	fence, began := false, 0
	for i, line := range strings.Split(body, "\n") {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "```") && began == 0 {
			fence = !fence
		}
		switch {
		case began == 0 && !fence && strings.HasPrefix(trimmed, "<details>"):
			began, block = offset+i+1, []string{strings.TrimPrefix(trimmed, "<details>")}
		case began != 0 && trimmed == "</details>":
			hints = append(hints, readHint(strings.Join(block, "\n"), file, began, probs))
			began = 0
		case began != 0:
			block = append(block, line)
		default:
			kept = append(kept, line)
		}
	}
	if began != 0 {
		probs.add(file, began, "hint", "this <details> is never closed", "add a line </details>")
	}
	return strings.TrimSpace(strings.Join(kept, "\n")) + "\n", hints
}

func readHint(block, file string, line int, probs *problems) Hint {
	parts := summaryLine.FindStringSubmatch(block)
	if parts == nil || strings.TrimSpace(parts[1]) == "" {
		probs.add(file, line, "hint", "this hint has no summary", "begin it with <summary>what it tells</summary>")
		return Hint{Text: strings.TrimSpace(block)}
	}
	if strings.TrimSpace(parts[2]) == "" {
		probs.add(file, line, "hint", "this hint is empty", "write what it tells after </summary>")
	}
	return Hint{Summary: strings.TrimSpace(parts[1]), Text: strings.TrimSpace(parts[2])}
}
