package profile

import (
	"cmp"
	"slices"
)

// node is a box while it is added up.
type node struct {
	box   Box
	calls map[string]*node
	lines map[at]int64
}

func newTree() *node { return &node{calls: map[string]*node{}, lines: map[at]int64{}} }

// add takes one stack, the outermost call first.
func (n *node) add(frames []frame, v int64) {
	n.box.Total += v
	for _, f := range frames[:min(len(frames), maxDepth)] {
		next := n.calls[f.name]
		if next == nil {
			next = newTree()
			next.box.Name, next.box.File, next.box.Own = f.name, f.file, f.own
			n.calls[f.name] = next
		}
		next.box.Total += v
		next.lines[at{f.name, f.file, f.line}] += v
		n = next
	}
	n.box.Self += v
}

// prune is the tree without what is too small: less than one part in 500, or
// more when there would still be too many boxes.
func (n *node) prune() *Box {
	for least := n.box.Total/500 + 1; ; least *= 2 {
		left := maxBoxes
		if b := n.copy(least, &left); left >= 0 {
			return b
		}
	}
}

// copy makes boxes of the nodes that take at least so much, while some are
// left to make.
func (n *node) copy(least int64, left *int) *Box {
	if *left--; *left < 0 {
		return nil
	}
	b := n.box
	b.File, b.Line = n.most()
	for _, c := range n.calls {
		if c.box.Total >= least {
			if made := c.copy(least, left); made != nil {
				b.Calls = append(b.Calls, made)
			}
		}
	}
	slices.SortFunc(b.Calls, func(x, y *Box) int {
		return cmp.Or(cmp.Compare(y.Total, x.Total), cmp.Compare(x.Name, y.Name))
	})
	return &b
}

// most is the line that took most.
func (n *node) most() (file string, line int) {
	var best int64 = -1
	for where, v := range n.lines {
		if v > best || v == best && where.line < line {
			best, file, line = v, where.file, where.line
		}
	}
	return file, line
}
