package jail

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// What Start does on systems without any layer is tested here, where there
// are some: the code is the same.
func TestPlain(t *testing.T) {
	exe := targetOf(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	spec := Spec{
		Profile: Build,
		Binds:   []Bind{{Host: exe, Inside: "/tools/target", Exec: true}},
		Files:   []File{{Path: "/src/a", Data: []byte("a")}},
		Steps: []Step{
			{Name: "one", Exe: "/tools/target", Args: []string{"t", "copy", "/src/a", "/tmp/b"}},
			{Name: "two", Exe: "/tools/target", Args: []string{"t", "exit", "0"}},
		},
		Collect: []Collect{{Path: "/tmp/b", To: out}},
	}
	exit := waitPlain(t, context.Background(), spec)
	if data, _ := os.ReadFile(out.Name()); string(data) != "a" || len(exit.Steps) != 2 {
		t.Errorf("collected %q, %+v", data, exit)
	}
	exit = waitPlain(t, context.Background(), Spec{Path: exe, Args: []string{"t", "exit", "3"}})
	if exit.Code != 3 {
		t.Errorf("%+v", exit)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p, err := startPlain(ctx, Spec{Path: exe, Args: []string{"t", "spin"}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if exit, err := p.Wait(); err != nil || exit.Code != -1 {
		t.Errorf("%+v %v", exit, err)
	}
}

func waitPlain(t *testing.T, ctx context.Context, spec Spec) Exit {
	t.Helper()
	p, err := startPlain(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	exit, err := p.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return exit
}
