package content

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"path"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// Highlight writes code as HTML: its text, escaped, in <span class="X">, X
// being chroma's short class of the token. The language is that of the file
// name (order.go) or a language name (go); unknown ones are plain text. No
// span crosses the end of a line, so that the result can be cut at newlines.
func Highlight(w io.Writer, name, code string) error {
	lines := HighlightLines(name, code)
	_, err := io.WriteString(w, strings.Join(lines, "\n"))
	if err == nil && strings.HasSuffix(code, "\n") {
		_, err = io.WriteString(w, "\n")
	}
	return err
}

// HighlightLines is Highlight line by line, without the newlines.
func HighlightLines(name, code string) []string {
	tokens, err := tokenise(name, code)
	if err != nil {
		return strings.Split(html.EscapeString(strings.TrimSuffix(code, "\n")), "\n")
	}
	var lines []string
	for _, line := range chroma.SplitTokensIntoLines(tokens) {
		lines = append(lines, spans(line))
	}
	if len(lines) == 0 {
		lines = []string{""}
	}
	return lines
}

func tokenise(name, code string) ([]chroma.Token, error) {
	lexer := lexerOf(name)
	if lexer == nil {
		return nil, fmt.Errorf("no lexer for %s", name)
	}
	// EnsureLF would change the text; a reader's draft may hold anything.
	it, err := chroma.Coalesce(lexer).Tokenise(&chroma.TokeniseOptions{State: "root"}, code)
	if err != nil {
		return nil, err
	}
	tokens := it.Tokens()
	if text := joined(tokens); text == code+"\n" { // some lexers end with a newline always
		tokens[len(tokens)-1].Value = strings.TrimSuffix(tokens[len(tokens)-1].Value, "\n")
	} else if text != code {
		return nil, fmt.Errorf("highlight %s: the lexer changed the text", name)
	}
	return tokens, nil
}

// lexerOf finds a lexer by language, or by the ending of a file name. Chroma's
// own search by file name tries every pattern of every lexer: milliseconds.
func lexerOf(name string) chroma.Lexer {
	ext := path.Ext(name)
	if ext == "" {
		return lexers.Get(name)
	}
	byExt := map[string]string{".go": "go", ".s": "gas", ".json": "json", ".md": "markdown", ".yaml": "yaml", ".mod": "go", ".sh": "sh"}
	if lang := byExt[ext]; lang != "" {
		return lexers.Get(lang)
	}
	return nil
}

func joined(tokens []chroma.Token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Value)
	}
	return b.String()
}

func spans(line []chroma.Token) string {
	var b bytes.Buffer
	for _, t := range line {
		text := html.EscapeString(strings.TrimSuffix(t.Value, "\n"))
		class := chroma.StandardTypes[t.Type]
		switch {
		case text == "":
		case class == "" || t.Type == chroma.TextWhitespace || strings.TrimSpace(text) == "":
			b.WriteString(text)
		default:
			fmt.Fprintf(&b, `<span class="%s">%s</span>`, class, text)
		}
	}
	return b.String()
}

// knownLanguage reports whether the first word of a fence can be highlighted.
func knownLanguage(lang string) bool {
	return lang == "mermaid" || lexers.Get(lang) != nil
}

// languages are the words suggested for a mistyped language.
func languages() []string {
	return []string{"go", "text", "mermaid", "sh", "bash", "console", "json", "yaml", "toml", "sql", "asm", "c", "diff", "html", "css"}
}
