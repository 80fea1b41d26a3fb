package rbig

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/counted"
	"gaussflow/rows"
)

// ErrTied reports columns in which so many values are equal that they have no density.
var ErrTied = errors.New("rbig: a column that a layer mixes with others has many equal values, and so no entropy")

// A Loss is how much total correlation a layer removes: how much less its outputs depend on each other than its inputs.
type Loss struct {
	Layer string
	Value float64 // nats
	SE    float64 // standard error
}

// Losses are those of a flow's layers, in order, estimated on the rows of x (N×d), at least eight. For a layer that maps
// columns y to w it is
//
//	TC(y) − TC(w) = Σ_j [h(y_j) − h(w_j)] + E log|det ∂w/∂y|,
//
// with the entropies h of single columns from spacings. A layer that keeps the order of the values in every column, as maps of
// single columns do, removes exactly nothing. All layers together remove TC(x) − TC(z), that is all of TC(x) if z is normal.
//
// It returns the error ErrTied if a layer mixes columns in which many values are equal, because those have no entropy.
//
// Source: Laparra, Camps-Valls & Malo 2011, arXiv:1602.00229, for rotations; for other layers by the same change of
// variables.
func Losses(f *flows.Flow, x mat.Matrix) ([]Loss, error) {
	if f == nil || f.Dim() == 0 {
		return nil, errors.New("rbig: Losses: the flow is nil or zero")
	}
	if f.ContextDim() > 0 {
		return nil, errors.New("rbig: Losses: the flow is given a context, want one of rows alone")
	}
	if err := rows.Check("rbig: Losses", x, f.Dim()); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	if n < 8 {
		return nil, fmt.Errorf("rbig: Losses: got %s, want at least 8", counted.Of(n, "row"))
	}
	y := mat.DenseCopyOf(x)
	var before []float64 // Σ_j −log p(y_j) at the rows
	var all []Loss
	for _, named := range f.Layers() {
		one, err := flows.New(named)
		if err != nil {
			return nil, fmt.Errorf("rbig: Losses: %w", err)
		}
		w, logDet, err := one.Forward(y)
		if err != nil {
			return nil, fmt.Errorf("rbig: Losses: %w", err)
		}
		loss := Loss{Layer: named.Name}
		if !inOrder(y, w) {
			if before == nil {
				if before, err = surprises(y); err != nil {
					return nil, err
				}
			}
			after, err := surprises(w)
			if err != nil {
				return nil, err
			}
			for i, v := range logDet {
				before[i] += v - after[i]
			}
			mean, std := stat.MeanStdDev(before, nil)
			loss.Value, loss.SE = mean, stat.StdErr(std, float64(n))
			before = after
		} else {
			before = nil
		}
		all = append(all, loss)
		y = w
	}
	return all, nil
}

// inOrder reports whether the values of each column of w are in the same order as those of that column of y, or in the
// opposite order.
func inOrder(y, w *mat.Dense) bool {
	_, d := y.Dims()
	for j := range d {
		from, to := mat.Col(nil, j, y), mat.Col(nil, j, w)
		order := ordered(from)
		up, down := true, true
		for r := 1; r < len(order) && (up || down); r++ {
			step := to[order[r]] - to[order[r-1]]
			up, down = up && step >= 0, down && step <= 0
		}
		if !up && !down {
			return false
		}
	}
	return true
}

// surprises is Σ_j −log p(y_j) at the rows, from spacings. These are taken of asinh((y − median)/scale), which compresses heavy
// tails.
func surprises(y *mat.Dense) ([]float64, error) {
	n, d := y.Dims()
	columns := make([][]float64, d)
	err := initializers.EachColumn(d, func(j int) error {
		column := mat.Col(nil, j, y)
		order := ordered(column)
		at := make([]float64, n)
		for r, i := range order {
			at[r] = column[i]
		}
		median, scale := spread(at)
		if !(scale > 0) {
			return ErrTied
		}
		term := make([]float64, n)
		for r, i := range order {
			u := (at[r] - median) / scale
			term[i] = math.Log(scale) + 0.5*math.Log1p(u*u)
			at[r] = math.Asinh(u)
		}
		spacings(n, func(low, high int) float64 { return math.Log(at[high] - at[low]) }, func(r int, t float64) { term[order[r]] += t })
		if columns[j] = term; slices.ContainsFunc(term, func(t float64) bool { return math.IsInf(t, 0) || math.IsNaN(t) }) {
			return ErrTied
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sum := make([]float64, n)
	for _, term := range columns {
		for i, t := range term {
			sum[i] += t
		}
	}
	return sum, nil
}
