package page

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"course/tutor/exectrace"
)

// A page that is given away asks nobody for anything.
func TestStandaloneHasAllInIt(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	tr := recordedTrace(t, "leak", exectrace.Options{})
	tr.Goroutines[0].Func = "</script><b>"
	tr.Metrics.Tasks = []exectrace.NamedTime{{Name: "</script><b>"}}
	var out bytes.Buffer
	if err := r.Standalone(&out, "leak <1>", tr); err != nil {
		t.Fatal(err)
	}
	h := out.String()
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"#]*)"`).FindAllStringSubmatch(h[:strings.Index(h, `type="application/octet-stream"`)], -1) {
		t.Errorf("it points to %q", m[1])
	}
	if strings.Contains(h, "url(tutor") || !strings.Contains(h, "url(data:font/woff2") {
		t.Error("its fonts are elsewhere")
	}
	_, rest, _ := strings.Cut(h, `id="timeline">`)
	data, _, _ := strings.Cut(rest, "<")
	if raw, err := base64.StdEncoding.DecodeString(data); err != nil || !bytes.HasPrefix(raw, []byte("tut1")) {
		t.Errorf("the timeline is %.20q, error %v", raw, err)
	}
	for _, must := range []string{"leak &lt;1&gt;", `data-embedded="timeline"`, "Left waiting at the end", "<svg", `class="sprite"`} {
		if !strings.Contains(h, must) {
			t.Errorf("it has no %q", must)
		}
	}
	if strings.Contains(h, "</script><b>") {
		t.Error("a name of the program is markup")
	}
}
