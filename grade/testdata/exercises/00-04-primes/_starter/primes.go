package primes

func Count(n int) int { return 0 }
