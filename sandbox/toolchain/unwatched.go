//go:build !race

package toolchain

const watched = 1
