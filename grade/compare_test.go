package grade

import (
	"testing"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

func TestAgree(t *testing.T) {
	ok := func(text string) sandbox.Reply { return sandbox.Reply{OK: []byte(text)} }
	fails := func(text string, is ...string) sandbox.Reply { return sandbox.Reply{Error: text, Is: is} }
	for _, c := range []struct {
		name      string
		compare   string
		got, want sandbox.Reply
		same      bool
	}{
		{"equal", "equal", ok(`{"a":[1,2],"b":null}`), ok(`{"b":null,"a":[1,2.0]}`), true},
		{"another key", "equal", ok(`{"a":1,"c":2}`), ok(`{"a":1,"b":2}`), false},
		{"fewer keys", "equal", ok(`{"a":1}`), ok(`{"a":1,"b":2}`), false},
		{"large whole numbers", "equal", ok(`9007199254740993`), ok(`9007199254740992`), false},
		{"text is no number", "equal", ok(`"1"`), ok(`1`), false},
		{"null is no list", "equal", ok(`null`), ok(`[]`), false},
		{"order", "equal", ok(`[1,2]`), ok(`[2,1]`), false},
		{"any order", "unordered", ok(`[1,2,2]`), ok(`[2,1,2]`), true},
		{"any order, counted", "unordered", ok(`[1,1,2]`), ok(`[2,1,2]`), false},
		{"near", "approx:0.01", ok(`[1.005]`), ok(`[1]`), true},
		{"not near", "approx:0.01", ok(`[1.02]`), ok(`[1]`), false},
		{"huge exponents", "approx:0.01", ok(`1e999999999`), ok(`1`), false},
		{"garbage", "equal", ok(`{`), ok(`1`), false},
		{"no answer", "equal", sandbox.Reply{None: "died"}, ok(`1`), false},
		{"no answer, none compared", "none", sandbox.Reply{None: "timeout"}, ok(`1`), false},
		{"any answer", "none", ok(`5`), ok(`1`), true},
		{"panic", "equal", sandbox.Reply{Panic: "x"}, ok(`1`), false},
		{"panic, none compared", "none", sandbox.Reply{Panic: "x"}, ok(`1`), false},
		{"both panic", "equal", sandbox.Reply{Panic: "x"}, sandbox.Reply{Panic: "y"}, true},
		{"answers where a panic is due", "equal", ok(`1`), sandbox.Reply{Panic: "y"}, false},
		{"same error, other words", "equal", fails("my end", "io.EOF"), fails("EOF", "io.EOF"), true},
		{"another error", "equal", fails("EOF"), fails("EOF", "io.EOF"), false},
		{"error without words", "equal", fails(""), fails("x"), true},
		{"error where none is due", "equal", fails("x"), ok(`1`), false},
		{"no error where one is due", "equal", ok(`1`), fails("x"), false},
	} {
		same, why, err := agree(c.compare, observe(c.got), observe(c.want), nil)
		if err != nil || same != c.same || !same && why == "" {
			t.Errorf("%s: agree = %t, %q, %v, want %t", c.name, same, why, err, c.same)
		}
	}
}

func TestHolds(t *testing.T) {
	rule, err := exercises.ParseRule("got >= want and got <= want + len(args)", exercises.CompareScope())
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"5": true, "6": true, "7": false, "4": false} {
		got, err := readJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		other, err := readJSON([]byte("5"))
		if err != nil {
			t.Fatal(err)
		}
		if same, err := holds(rule, got, other, []any{1}); err != nil || same != want {
			t.Errorf("holds(%s) = %t, %v", text, same, err)
		}
	}
}

func TestSeed(t *testing.T) {
	files := []sandbox.File{{Name: "a.go", Content: "package a"}}
	one := seedOf([]byte("secret"), "03-01", "hash", files)
	for name, other := range map[string]string{
		"secret":   seedOf([]byte("another"), "03-01", "hash", files),
		"exercise": seedOf([]byte("secret"), "03-02", "hash", files),
		"checks":   seedOf([]byte("secret"), "03-01", "other", files),
		"files":    seedOf([]byte("secret"), "03-01", "hash", []sandbox.File{{Name: "a.go", Content: "package b"}}),
	} {
		if other == one {
			t.Errorf("the seed does not depend on the %s", name)
		}
	}
	if again := seedOf([]byte("secret"), "03-01", "hash", files); again != one {
		t.Errorf("the same work met the seeds %s and %s", one, again)
	}
}

func TestGenerate(t *testing.T) {
	g := &exercises.Gen{N: 200, Args: []exercises.GenArg{{Type: "int", Min: -3, Max: 3}, {Type: "ints", Min: 1, Max: 2, Len: 5}, {Type: "string", Len: 4}, {Type: "bool"}}}
	seen := map[int]bool{}
	for i := range g.N {
		args := generate(g, chance("seed", "label"), i)
		n := args[0].(int)
		if n < -3 || n > 3 || len(args[1].([]int)) > 5 || len([]rune(args[2].(string))) > 4 {
			t.Fatalf("case %d is %v", i, args)
		}
		seen[n] = true
	}
	if !seen[-3] || !seen[3] {
		t.Errorf("the edges never came: %v", seen)
	}
	a, b := generate(g, chance("one", "x"), 5), generate(g, chance("two", "x"), 5)
	if oneLine(a) == oneLine(b) {
		t.Errorf("two seeds gave the same case %v", a)
	}
}

func TestMatches(t *testing.T) {
	number := exercises.Question{Kind: "number", Tolerance: "10%"}
	choice := exercises.Question{Kind: "choice", Choices: []string{"chan receive", "select"}}
	for _, c := range []struct {
		q      exercises.Question
		answer string
		want   any
		right  bool
	}{
		{number, "109", 100.0, true}, {number, "111", 100.0, false}, {number, "89", 100.0, false},
		{number, "1,000", 1000.0, true}, {number, "about ten", 10.0, false}, {number, "NaN", 10.0, false},
		{choice, " Chan  Receive ", "chan receive", true}, {choice, "select", "chan receive", false},
	} {
		if right, why := matches(c.q, c.answer, c.want); right != c.right || !right && why == "" {
			t.Errorf("matches(%q, %v) = %t, %q", c.answer, c.want, right, why)
		}
	}
}

func TestWorse(t *testing.T) {
	for _, c := range []struct{ a, b, want Status }{
		{Passed, Passed, Passed}, {Passed, Failed, Failed}, {Failed, Passed, Failed},
		{Failed, Error, Error}, {Error, Failed, Error}, {Passed, NotJudged, Error},
	} {
		if got := worse(c.a, c.b); got != c.want {
			t.Errorf("worse(%s, %s) = %s, want %s", c.a, c.b, got, c.want)
		}
	}
}
