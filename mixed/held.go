package mixed

import "slices"

// HeldOut are the numbers of the rows of Fit's x, ascending, that were held out to choose the epoch; nil if the model
// was loaded.
func (m *Model) HeldOut() []int {
	if m == nil {
		return nil
	}
	return slices.Clone(m.held)
}

// Parameters is how many trained numbers the network has.
func (m *Model) Parameters() (n int) {
	if m.check() != nil {
		return 0
	}
	for _, p := range m.net.Params() {
		n += p.Size()
	}
	return n
}
