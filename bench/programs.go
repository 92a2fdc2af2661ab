package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"course/tutor/sandbox"
)

// started makes the programs of this run others than those of a run before,
// which the data folder may still hold.
var started = time.Now().UnixNano()

// edits makes programs, each time another.
type edits struct{ n atomic.Int64 }

func (e *edits) hello() []sandbox.File {
	return main1("import \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\", %d, %d)\n}\n", started, e.n.Add(1))
}

// httpProgram asks itself something over HTTP.
func (e *edits) httpProgram() []sandbox.File {
	return main1(`import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello", %d, %d) }))
	resp, err := http.Get("http://" + ln.Addr().String())
	if err != nil {
		panic(err)
	}
	io.Copy(os.Stdout, resp.Body)
}
`, started, e.n.Add(1))
}

// tests are one test.
func (e *edits) tests() []sandbox.File {
	files := main1("import \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif %d+%d == 0 {\n\t\tt.Error(\"it is zero\")\n\t}\n}\n", started, e.n.Add(1))
	files[0].Name = "sum_test.go"
	return files
}

func main1(body string, args ...any) []sandbox.File {
	return []sandbox.File{{Name: "main.go", Content: "package main\n\n" + fmt.Sprintf(body, args...)}}
}
