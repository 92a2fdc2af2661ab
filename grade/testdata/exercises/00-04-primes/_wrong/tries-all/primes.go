// want: fast "What do you divide by"

package primes

func Count(n int) int {
	count := 0
	for i := 2; i < n; i++ {
		if prime(i) {
			count++
		}
	}
	return count
}

func prime(i int) bool {
	is := true
	for d := 2; d*d <= i; d++ {
		is = is && i%d != 0
	}
	return is
}
