// want: sum "not right"

package ex

func Sum(list []int) int {
	sum := 0
	for _, n := range list[:len(list)-len(list)/20] {
		sum += n
	}
	return sum
}
