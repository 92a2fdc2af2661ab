// want: few "more guesses than"

package guess

func Next(low, high int) int { return low }
