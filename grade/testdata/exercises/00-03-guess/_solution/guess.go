package guess

func Next(low, high int) int { return low + (high-low)/2 }
