package guess

func Next(low, high int) int { return 0 }
