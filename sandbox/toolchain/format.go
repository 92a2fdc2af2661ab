package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"

	"course/tutor/sandbox"
)

// formatted is the answer of the helper "format".
type formatted struct {
	Files       []sandbox.File
	Diagnostics []sandbox.Diagnostic
}

// Format has files formatted as gofmt does it, in a jail. A file that does
// not parse comes back as it was, with diagnostics that say why, and so do
// those of testdata and go.mod.
func (e *Engine) Format(ctx context.Context, files []sandbox.File) ([]sandbox.File, []sandbox.Diagnostic, error) {
	if problems := checkTree(files, true); len(problems) > 0 {
		return files, problems, nil
	}
	in, err := json.Marshal(files)
	if err != nil {
		return nil, nil, fmt.Errorf("format: encode the files: %w", err)
	}
	out, err := e.Helper(ctx, "format", in)
	var bad *HelperError
	if errors.As(err, &bad) {
		return files, []sandbox.Diagnostic{refusal("", 0, 0, "format", "this cannot be formatted: %s", bad.Reason)}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var answer formatted
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, nil, fmt.Errorf("format: decode the answer: %w", err)
	}
	return answer.Files, answer.Diagnostics, nil
}

// ServeFormat is the helper "format": it reads files and writes them
// formatted, as JSON.
func ServeFormat(in io.Reader, out io.Writer) error {
	var files []sandbox.File
	if err := json.NewDecoder(in).Decode(&files); err != nil {
		return fmt.Errorf("read the files: %w", err)
	}
	answer := formatted{Diagnostics: []sandbox.Diagnostic{}}
	for _, f := range files {
		text, problems := formatFile(f)
		answer.Files = append(answer.Files, sandbox.File{Name: f.Name, Content: text})
		answer.Diagnostics = append(answer.Diagnostics, problems...)
	}
	return json.NewEncoder(out).Encode(answer)
}

func formatFile(f sandbox.File) (string, []sandbox.Diagnostic) {
	if sandbox.IsData(f.Name) || f.Name == goMod {
		return f.Content, nil
	}
	src := bytes.TrimPrefix([]byte(f.Content), []byte("\ufeff"))
	// A file, not a fragment as format.Source would also take.
	if _, err := parser.ParseFile(token.NewFileSet(), f.Name, src, parser.SkipObjectResolution); err != nil {
		return f.Content, syntaxErrors(f.Name, err)
	}
	text, err := format.Source(src)
	if err != nil {
		return f.Content, syntaxErrors(f.Name, err)
	}
	return string(text), nil
}

func syntaxErrors(name string, err error) []sandbox.Diagnostic {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return []sandbox.Diagnostic{{File: name, Message: err.Error()}}
	}
	var out []sandbox.Diagnostic
	for _, e := range list {
		out = append(out, sandbox.Diagnostic{File: name, Line: e.Pos.Line, Col: e.Pos.Column, Message: "syntax error: " + e.Msg})
	}
	return finishDiagnostics(out[:min(len(out), 10)])
}
