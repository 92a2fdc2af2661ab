package grade

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// seedOf makes the seed of a verdict: the same code always meets the same
// cases, and without the secret nobody can foresee them.
func seedOf(secret []byte, exercise, checks string, files []sandbox.File) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s\n%s\n", exercise, checks)
	for _, f := range files {
		fmt.Fprintf(mac, "%q %d\n%s", f.Name, len(f.Content), f.Content)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// checksHash covers the exercise and our own code in its probes.
func checksHash(ex *exercises.Exercise) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", ex.Hash)
	for _, f := range append(probeKit(), judgeKit()...) {
		fmt.Fprintf(h, "%s\n%s", f.Name, f.Content)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// chance is a source of chance that depends on the seed and a label alone.
func chance(seed, label string) *rand.Rand {
	h := sha256.New()
	io.WriteString(h, seed+"|"+label) //nolint:errcheck // a hash takes every byte
	sum := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:])))
}

// generate makes the i-th list of arguments. The first takes the smallest
// value of each, the second the largest: edges come whatever the seed.
func generate(g *exercises.Gen, r *rand.Rand, i int) []any {
	args := make([]any, 0, len(g.Args))
	for _, a := range g.Args {
		switch a.Type {
		case "bool":
			args = append(args, r.IntN(2) == 0)
		case "string":
			args = append(args, word(r, size(a, r, i)))
		case "ints":
			list := make([]int, size(a, r, i))
			for k := range list {
				list[k] = between(a, r)
			}
			args = append(args, list)
		default:
			args = append(args, edge(a, r, i))
		}
	}
	return args
}

func between(a exercises.GenArg, r *rand.Rand) int { return a.Min + r.IntN(a.Max-a.Min+1) }

func edge(a exercises.GenArg, r *rand.Rand, i int) int {
	switch i {
	case 0:
		return a.Min
	case 1:
		return a.Max
	}
	return between(a, r)
}

func size(a exercises.GenArg, r *rand.Rand, i int) int {
	switch i {
	case 0:
		return 0
	case 1:
		return a.Len
	}
	return r.IntN(a.Len + 1)
}

// word is text with letters of one to four bytes.
func word(r *rand.Rand, n int) string {
	letters := []rune("abcdefghijklmnopqrstuvwxyz ABC0123_äß€😀")
	text := make([]rune, n)
	for i := range text {
		text[i] = letters[r.IntN(len(letters))]
	}
	return string(text)
}
