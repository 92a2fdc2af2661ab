// The judge thinks of a number and answers guesses until it is found. The
// reference is asked the same, so that it would be told if it broke.
package main

import (
	"fmt"
	"time"

	"tutor/judge"
)

func main() {
	judge.Main(func(j *judge.J) {
		for range 5 {
			high := 1 + j.Rand.IntN(1000)
			play(j, high, 1+j.Rand.IntN(high))
		}
	})
}

func play(j *judge.J, high, number int) {
	f := judge.Finding{Check: "few", Case: fmt.Sprintf("a number from 1 to %d", high), Expected: "at most 10 guesses"}
	low := 1
	for guesses := 1; ; guesses++ {
		mine, _ := j.Call(time.Second, "Next", low, high)
		var guess int
		f.Got = fmt.Sprintf("%d guesses, then %s", guesses, mine.Text())
		if !mine.Read(&guess) {
			f.Message = "there was no guess"
			break
		}
		if guess == number {
			f.Pass = guesses <= 10
			f.Message = "it takes more guesses than cutting in half each time"
			break
		}
		if guesses > 10 {
			f.Message = "it takes more guesses than cutting in half each time"
			break
		}
		if guess < number {
			low = max(low, guess+1)
		} else {
			high = min(high, guess-1)
		}
	}
	j.Find(f)
}
