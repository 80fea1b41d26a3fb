package tabular

import "testing"

func TestSizesFromTheTable(t *testing.T) {
	for _, c := range []struct {
		n, d   int
		family Family
		blocks int
	}{{40, 1, Diagonal, 1}, {90, 5, Rotated, 3}, {600, 2, Aligned, 3}, {700, 10, Aligned, 4}, {100, 60, Gaussian, 3}} {
		s := newSettings(Config{}, c.n, make([]Column, c.d))
		if s.Family != c.family || s.Blocks != c.blocks {
			t.Errorf("%d×%d: %s of %d blocks, want %s of %d", c.n, c.d, s.Family, s.Blocks, c.family, c.blocks)
		}
	}
}
