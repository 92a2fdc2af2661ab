package content

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseVary reads what is to be varied, as GOMAXPROCS:1,2,4. Which values can
// be is not for this room to say.
func ParseVary(text string) ([]int, error) {
	name, list, ok := strings.Cut(text, ":")
	if name != "GOMAXPROCS" || !ok {
		return nil, fmt.Errorf("only GOMAXPROCS can be varied: write GOMAXPROCS:1,2,4")
	}
	var values []int
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("%q is no whole number: write GOMAXPROCS:1,2,4", word)
		}
		values = append(values, n)
	}
	return values, nil
}

// Vary is vary=: the values of GOMAXPROCS with which the cell is run, or nil.
func (c *Cell) Vary() []int {
	values, _ := ParseVary(c.Options["vary"]) // the fence was checked when it was read
	return values
}
