package exercises

import "fmt"

// checkRules compiles every expression of the exercise, so that none can fail
// for the first time before a learner.
func (ex *Exercise) checkRules(m *matter) {
	for _, c := range ex.Checks {
		switch c.Kind {
		case "trace":
			compileRule(m, c, TraceScope())
			if why := notForDeciding(c.Rule); why != "" {
				m.add(c.Line, fmt.Sprintf("check %s: rule: %s", c.ID, why), shownFix)
			}
			compileMessage(m, c, TraceScope())
		case "cpu":
			compileMessage(m, c, TraceScope())
		case "call":
			if c.Compare == "rule" && c.Rule != "" {
				compileRule(m, c, CompareScope())
			}
		case "predict":
			compileMessage(m, c, AnswerMessageScope(ex.Traced()))
		}
	}
	for _, q := range ex.Questions {
		if q.From == "" {
			continue
		}
		if _, err := ParseValue(q.From, AnswerScope(ex.Traced())); err != nil {
			m.add(q.Line, fmt.Sprintf("question %s: from: %v", q.ID, err), ruleFix)
		}
	}
}

const ruleFix = "the names are those that tutor trace --json prints"

func compileRule(m *matter, c Check, in Scope) {
	if c.Rule == "" {
		return
	}
	if _, err := ParseRule(c.Rule, in); err != nil {
		m.add(c.Line, fmt.Sprintf("check %s: rule: %v", c.ID, err), ruleFix)
	}
}

func compileMessage(m *matter, c Check, in Scope) {
	if _, err := ParseMessage(c.Message, in); err != nil {
		m.add(c.Line, fmt.Sprintf("check %s: message: %v", c.ID, err), ruleFix)
	}
}
