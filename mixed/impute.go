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
// that their column had, because beyond them a heavy tail is extrapolation, which may not even have a mean; so is what is left of
// numbers that nearly determine each other.
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
	imp := &Imputation{Mean: mat.DenseCopyOf(x), Spread: mat.NewDense(n, d, nil)}
	for range draws {
		t := m.net.newTable(x, false)
		t.values = mat.DenseCopyOf(x)
		if err := m.draw(t, m.order, law.usual, nil, rng); err != nil {
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

// usual is the range that a number had in the table and, if others of the row nearly determine it, that what is left of it had; if
// these exclude each other, because one of the others is wild, only the first.
func (l law) usual(slot int) window {
	if slot >= l.d() {
		return everything
	}
	w := everything
	if c := &l.columns[l.columnOf(slot)]; c.Min < c.Max {
		w = window{c.Min, c.Max}
	}
	for _, r := range l.residuals {
		a, ok := r.axis(l.table, l.row, slot, l.seen)
		if !ok {
			continue
		}
		low, high := (r.low-a.rest)/a.factor, (r.high-a.rest)/a.factor
		if both := (window{max(w.low, min(low, high)), min(w.high, max(low, high))}); both.low < both.high {
			w = both
		}
	}
	return w
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
