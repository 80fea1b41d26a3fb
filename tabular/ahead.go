package tabular

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// Some columns are not what the layers of a family can learn: those with heavy tails, those with modes so far apart that each is
// narrow beside the column's spread, and linear combinations of other columns. Fixed layers, placed ahead of the family's, map
// such columns to ones that can be learnt. The family's layers are then fitted to the mapped columns, and the noise of the fit is
// added there. Columns that need none of this pass the fixed layers unchanged.

// ahead holds the fixed layers ahead of the family's, and which columns they map; it is nil if there are none.
type ahead struct {
	layers    []flows.Named
	flow      *flows.Flow
	marginals []marginal
	combined  []bool // which columns are combinations; nil if none is
	precise   bool   // the maps need float64
}

// newAhead makes the fixed layers that the columns of x need (rows to fit to, kept columns); usable says which may be mapped at
// all. It is nil if none is needed.
func newAhead(x *mat.Dense, usable []bool, p settings) (*ahead, error) {
	middle, spread := robustUnits(x)
	y := mat.DenseCopyOf(x)
	y.Apply(func(_, j int, v float64) float64 { return (v - middle[j]) / spread[j] }, y)
	marginals, err := newMarginals(y, usable, p.Seed)
	if err != nil {
		return nil, err
	}
	named, err := marginalLayers(marginals, graph.Float64)
	if err == nil && named != nil {
		y, err = through(named, y)
	}
	if err != nil {
		return nil, err
	}
	c := combinations(y, usable)
	if named == nil && c == nil {
		return nil, nil
	}
	offset := 1.0 // the largest of a column, in its spreads
	for j, m := range middle {
		if spread[j] > 0 {
			offset = max(offset, math.Abs(m)/spread[j])
		}
	}
	a := &ahead{marginals: marginals, precise: slices.ContainsFunc(marginals, marginal.precise) || c != nil && c.least < preciseBelow*offset}
	if a.precise && p.dtypeOpen {
		p.Dtype = graph.Float64
	}
	units, err := fixedUnits(middle, spread, p.Dtype)
	if err != nil {
		return nil, err
	}
	if named, err = marginalLayers(marginals, p.Dtype); err != nil {
		return nil, err
	}
	a.layers = append([]flows.Named{{Name: "units", Layer: units}}, named...)
	if c != nil {
		lu, err := c.layer(p.Dtype)
		if err != nil {
			return nil, err
		}
		a.layers, a.combined = append(a.layers, flows.Named{Name: "combinations", Layer: lu}), c.column
	}
	a.flow, err = flows.New(a.layers...)
	return a, err
}

// warnings say which columns are mapped.
func (a *ahead) warnings(columns []Column) (warnings []Warning) {
	for _, kind := range []struct {
		text string
		is   func(j int) bool
	}{
		{"columns of heavy tails, fitted as nearly their logarithms", func(j int) bool { return a.marginals[j].scale > 0 }},
		{"columns whose values lie in places far apart, which are fitted near each other", func(j int) bool { return a.marginals[j].far != nil }},
		{"columns that the columns before them nearly determine, of which what is left is fitted", func(j int) bool { return a.combined != nil && a.combined[j] }},
	} {
		var names []string
		for j, c := range columns {
			if kind.is(j) {
				names = append(names, c.Name)
			}
		}
		if names != nil {
			warnings = append(warnings, Warning{Kind: MappedColumns, Columns: names, Text: kind.text})
		}
	}
	return warnings
}

// preciseBelow is the share of a combination's spread left below which float32 keeps fewer than four digits of it, where the column is no
// farther from 0 than it is wide.
const preciseBelow = 1e-3

// robustUnits are the median of each column and the distance between its quartiles, or its standard deviation if the quartiles are
// equal.
func robustUnits(x *mat.Dense) (middle, spread []float64) {
	_, d := x.Dims()
	middle, spread = make([]float64, d), make([]float64, d)
	for j := range d {
		s := mat.Col(nil, j, x)
		slices.Sort(s)
		n := len(s)
		middle[j], spread[j] = s[n/2], s[3*n/4]-s[n/4]
		if !(spread[j] > 0) || math.IsInf(spread[j], 1) {
			_, spread[j] = rows.MeanStd(s)
		}
	}
	return middle, spread
}

// through maps rows through layers.
func through(named []flows.Named, x *mat.Dense) (*mat.Dense, error) {
	f, err := flows.New(named...)
	if err != nil {
		return nil, err
	}
	y, _, err := f.Forward(x)
	return y, err
}

// lookAhead determines the fixed layers ahead of the family's and the noise behind them. If a column has an offset, nothing is
// mapped, because the offset would cost the mapped columns their digits.
func (f *fit) lookAhead() (err error) {
	n, d := f.rows.Dims()
	f.quantum, f.gaussian = f.quanta(), make([]float64, d)
	usable := make([]bool, d)
	for j, c := range f.kept {
		usable[j] = c.Quantum > 0 && f.quantum[j] > 0 || !c.Tied(n)
		f.gaussian[j] = f.noise() * c.Std
	}
	if slices.ContainsFunc(f.offset, func(c float64) bool { return c != 0 }) {
		return nil
	}
	spread := &noisy{x: f.rows, copies: 1, quantum: f.quantum, gaussian: make([]float64, d), seed: f.Seed}
	if f.ahead, err = newAhead(mat.DenseCopyOf(spread), usable, f.settings); err != nil || f.ahead == nil {
		return err
	}
	if f.ahead.precise && f.dtypeOpen {
		f.Dtype = graph.Float64
	}
	y, _, err := f.ahead.flow.Forward(f.rows)
	if err != nil {
		return err
	}
	for j := range d {
		_, std := rows.MeanStd(mat.Col(nil, j, y))
		if f.ahead.combined != nil && f.ahead.combined[j] { // in units of the spread that an inexact combination leaves
			std = max(std, 1)
		}
		if f.ahead.marginals[j].far != nil { // of a mode's width, not of the distance between modes
			std = 1
		}
		f.gaussian[j] = f.noise() * std
	}
	return nil
}

// noise is the standard deviation of the Gaussian noise, in standard deviations of the columns.
func (p settings) noise() float64 { return defaults.OrNone(p.Noise, 0) }
