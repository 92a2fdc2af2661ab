package content

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Input is what a reader gives a run of a listing besides its code: a line of
// arguments, as it is typed, and standard input.
type Input struct {
	Args, Stdin string
}

// Given is the input that the fence itself gives, but for one that is a file of
// the fence, which is changed where its text stands.
func (c *Cell) Given() Input { return Input{Args: c.Options["args"]} }

// SplitArgs cuts a line of arguments as a shell does: at blanks, but for those
// in quotes. In double quotes and outside of them a backslash takes its meaning
// from what follows. Nothing else is special: there are no variables and no
// file names to fill in.
func SplitArgs(line string) ([]string, error) {
	var args []string
	var arg strings.Builder
	begun := false // an argument, which may be empty: ''
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			if begun {
				args = append(args, arg.String())
				arg.Reset()
			}
			begun = false
			i++
			continue
		case c == '\'' || c == '"':
			n, ok := takeQuoted(&arg, line[i:])
			if !ok {
				return nil, unclosed(line, i)
			}
			i += n
		case c == '\\' && i+1 == len(line):
			return nil, errors.New(`the line ends with \, which takes the meaning from what follows it: write \\ for a backslash`)
		case c == '\\':
			arg.WriteByte(line[i+1])
			i += 2
		default:
			arg.WriteByte(c)
			i++
		}
		begun = true
	}
	if begun {
		args = append(args, arg.String())
	}
	return args, nil
}

// takeQuoted writes what stands in the quotes at the front of s, and answers
// with how long they are.
func takeQuoted(to *strings.Builder, s string) (n int, closed bool) {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1, true
		case quote == '"' && s[i] == '\\' && i+1 < len(s) && strings.IndexByte("\"\\$`", s[i+1]) >= 0:
			i++
		}
		to.WriteByte(s[i])
	}
	return 0, false
}

func unclosed(line string, at int) error {
	mark := line[at : at+1]
	return fmt.Errorf(`the quote %s at character %d is not closed: add another %s, or write \%s for the sign itself`, mark, utf8.RuneCountInString(line[:at])+1, mark, mark)
}
