package jail

import (
	"context"
	"os/exec"
	"runtime"
	"testing"
)

// The cost of a jail is the difference to BenchmarkPlainExec, which the
// machine's load moves as much as the others: compare them in one run.

func BenchmarkPlainExec(b *testing.B) {
	exe := targetOf(b)
	for b.Loop() {
		if err := exec.Command(exe, "nothing").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRunJail(b *testing.B) {
	benchmark(b, Spec{Path: targetOf(b), Args: []string{"prog", "nothing"}})
}

func BenchmarkRunJailWithoutCgroups(b *testing.B) {
	benchmark(b, Spec{Path: targetOf(b), Args: []string{"prog", "nothing"},
		Without: []Layer{CgroupMemory, CgroupPIDs, CgroupCPU}})
}

// BenchmarkRunJailOfLargeServer must not differ from BenchmarkRunJail: what
// the server itself has in memory is of no concern to a jail.
func BenchmarkRunJailOfLargeServer(b *testing.B) {
	ballast := make([]byte, 256<<20)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	benchmark(b, Spec{Path: targetOf(b), Args: []string{"prog", "nothing"}})
	runtime.KeepAlive(ballast)
}

func BenchmarkBuildJail(b *testing.B) {
	benchmark(b, Spec{
		Profile: Build,
		Binds:   []Bind{{Host: targetOf(b), Inside: "/tools/target", Exec: true}},
		Steps:   []Step{{Name: "nothing", Exe: "/tools/target", Args: []string{"target", "nothing"}}},
	})
}

func benchmark(b *testing.B, spec Spec) {
	for b.Loop() {
		p, err := Start(context.Background(), spec)
		if err != nil {
			b.Fatal(err)
		}
		if exit, err := p.Wait(); err != nil || exit.Code != 0 {
			b.Fatal(exit, err)
		}
	}
}

func targetOf(t testing.TB) string {
	t.Helper()
	exe, err := target()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}
