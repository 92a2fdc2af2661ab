package exercises

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// plainJSON sends v through JSON, so that arguments from YAML and replies of a
// probe are of the same types: nil, bool, json.Number, string, []any and
// map[string]any. Numbers keep their digits.
func plainJSON(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write as JSON: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out any
	if err := decoder.Decode(&out); err != nil {
		return nil, fmt.Errorf("read as JSON: %w", err)
	}
	return out, nil
}
