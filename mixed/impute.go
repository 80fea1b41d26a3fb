package mixed

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// An Imputation holds possible values of missing cells.
type Imputation struct {
	Draws []*mat.Dense // the rows with their missing cells filled by independent draws
	// Mean are the rows with missing cells filled: with the mean of the draws for a number, the level drawn most often for a
	// category.
	Mean *mat.Dense
	// Spread is the standard deviation of the draws for a number and, for a category, the share of the draws that differ from its
	// level in Mean; 0 for cells that were not missing.
	Spread *mat.Dense
}

// Impute draws the missing cells of each row of x from their distribution given the cells that are there, draws times: multiple
// imputation (Rubin 1987). A value that its column cannot have is an error. Numbers are drawn between the least and the greatest
// that their column had, because beyond them a heavy tail is extrapolation, which may not even have a mean.
func (m *Model) Impute(x mat.Matrix, draws int, rng *rand.Rand) (*Imputation, error) {
	if err := m.checkRows("Impute", x); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("mixed: Impute: rng is nil, want a *rand.Rand")
	}
	n, d := x.Dims()
	if draws < 1 || draws > mostRows/n {
		return nil, fmt.Errorf("mixed: Impute: got %d draws, want 1 to %d", draws, mostRows/n)
	}
	if err := m.net.newTable(x, false).checkPossible(nil); err != nil {
		return nil, fmt.Errorf("mixed: Impute: %w", err)
	}
	seen := m.net.seen()
	imp := &Imputation{Mean: mat.DenseCopyOf(x), Spread: mat.NewDense(n, d, nil)}
	for range draws {
		t := m.net.newTable(x, false)
		t.values = mat.DenseCopyOf(x)
		if err := m.draw(t, m.order, seen, nil, rng); err != nil {
			return nil, fmt.Errorf("mixed: Impute: %w", err)
		}
		imp.Draws = append(imp.Draws, t.values)
	}
	for i := range n {
		for j := range d {
			if math.IsNaN(x.At(i, j)) {
				imp.sum(i, j, isCategory(&m.net.columns[j]))
			}
		}
	}
	return imp, nil
}

// seen are the ranges that the numbers had in the table.
func (l *layout) seen() map[int]window {
	windows := map[int]window{}
	for slot, j := range l.numbers {
		if c := &l.columns[j]; c.Min < c.Max {
			windows[slot] = window{c.Min, c.Max}
		}
	}
	return windows
}

// sum summarizes the draws of a cell.
func (imp *Imputation) sum(i, j int, category bool) {
	n := float64(len(imp.Draws))
	if category {
		counts, best := map[float64]float64{}, imp.Draws[0].At(i, j)
		for _, d := range imp.Draws {
			v := d.At(i, j)
			counts[v]++
			if counts[v] > counts[best] || counts[v] == counts[best] && v < best {
				best = v
			}
		}
		imp.Mean.Set(i, j, best)
		imp.Spread.Set(i, j, 1-counts[best]/n)
		return
	}
	mean, square := 0.0, 0.0
	for k, d := range imp.Draws { // Welford's running sums
		delta := d.At(i, j) - mean
		mean += delta / float64(k+1)
		square += delta * (d.At(i, j) - mean)
	}
	imp.Mean.Set(i, j, mean)
	imp.Spread.Set(i, j, math.Sqrt(square/max(n-1, 1)))
}
