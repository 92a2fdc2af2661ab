package ex

func Sum(list []int) int { return 0 }
