package jail

// layers is a set of them.
type layers map[Layer]bool

// without is the set less some, and less those that cannot be without them.
func (l layers) without(off []Layer) layers {
	rest := layers{}
	for layer := range l {
		rest[layer] = true
	}
	for _, layer := range off {
		delete(rest, layer)
	}
	if !rest[Mount] {
		delete(rest, Root)
	}
	return rest
}

// missing lists what is not in the set.
func (l layers) missing() []Layer {
	var list []Layer
	for _, layer := range reported {
		if !l[layer] {
			list = append(list, layer)
		}
	}
	return list
}
