package main

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/flows"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/train"
)

// dequantized models such rows in the other common way: each value of a grid and each level of a category is an interval of normal
// scores, in which a point is drawn anew for each epoch (Uria et al. 2013, arXiv:1306.0186), and a coupling flow models the points.
// A missing cell is a draw from the standard normal, with a further column that says which cells are missing; so is a value with a
// probability of its own, with a column that says which one it is. log p of a row is
// estimated from below by importance sampling, log (1/S) Σ p(z_s)/q(z_s) with draws z_s ~ q (Burda et al. 2016, arXiv:1509.00519).
type dequantized struct {
	*mat.Dense // a draw of the training rows; a train.Redrawn
	columns    []scores
	rows       *mat.Dense
	copies     int
	seed       uint64
}

// importance is the number of draws from which log p of a row is estimated.
const importance = 256

// scores describe a column: for a grid or a category the shares of rows up to each value, for other numbers mean and
// standard deviation.
type scores struct {
	of        int // the column of the table
	gap       bool
	which     bool // of the atoms it is, an interval for each and one for all other values
	atoms     []float64
	from      float64
	step      float64 // 0 for numbers without a grid
	upTo      []float64
	mean, std float64
	missing   float64 // share of missing cells
}

func scoresOf(schema *columns.Schema, fitted *mat.Dense) (all []scores) {
	for j, c := range schema.Modelled() {
		there := slices.DeleteFunc(mat.Col(nil, j, fitted), math.IsNaN)
		n, _ := fitted.Dims()
		s := scores{of: j, missing: 1 - float64(len(there))/float64(n)}
		switch c.Kind {
		case columns.Numbers:
			all = append(all, s.ofAtoms(c, there)...)
		case columns.Category, columns.Boolean:
			s.step = 1
			s.count(there, len(c.Levels))
		default:
			s.from, s.step = c.Min, c.Step
			s.count(there, int(math.Round((c.Max-c.Min)/c.Step))+1)
		}
		all = append(all, s)
		if s.missing > 0 {
			all = append(all, scores{of: j, gap: true, step: 1, upTo: []float64{0, 1 - s.missing, 1}})
		}
	}
	return all
}

// ofAtoms describes a column of numbers, and returns the column of the flow that says which atom a value is, if there are any.
func (s *scores) ofAtoms(c *columns.Column, there []float64) []scores {
	for _, a := range c.Atoms {
		s.atoms = append(s.atoms, a.Value)
	}
	slices.Sort(s.atoms)
	which := scores{of: s.of, which: true, step: 1, atoms: s.atoms}
	var indices, others []float64
	for _, v := range there {
		at := which.index(v)
		indices = append(indices, float64(at))
		if at == len(s.atoms) {
			others = append(others, v)
		}
	}
	if s.mean, s.std = 0, 1; len(others) > 1 {
		s.mean, s.std = stat.MeanStdDev(others, nil)
	}
	if len(s.atoms) == 0 {
		return nil
	}
	which.count(indices, len(s.atoms)+1)
	return []scores{which}
}

// index is the atom that v is, len(atoms) if it is none.
func (s *scores) index(v float64) int {
	if at, is := slices.BinarySearch(s.atoms, v); is {
		return at
	}
	return len(s.atoms)
}

// count computes the shares of values, with one additional row spread over all possible values.
func (s *scores) count(there []float64, values int) {
	counts := slices.Repeat([]float64{1 / float64(values)}, values)
	for _, v := range there {
		counts[int(math.Round((v-s.from)/s.step))]++
	}
	s.upTo = make([]float64, values+1)
	for i, c := range counts {
		s.upTo[i+1] = s.upTo[i] + c/float64(len(there)+1)
	}
}

// draw draws a point of a cell's interval and log q of it, which converts the point's density to the cell's
// probability.
func (s *scores) draw(v float64, rng *rand.Rand) (z, logQ float64) {
	lo, hi := 0.0, 1.0
	switch {
	case s.gap && math.IsNaN(v):
		lo = s.upTo[1]
	case s.gap:
		hi = s.upTo[1]
	case math.IsNaN(v):
	case s.which:
		lo, hi = s.upTo[s.index(v)], s.upTo[s.index(v)+1]
	case s.step == 0 && s.index(v) < len(s.atoms):
	case s.step == 0:
		return (v - s.mean) / s.std, math.Log(s.std)
	default:
		at := int(math.Round((v - s.from) / s.step))
		lo, hi = s.upTo[at], s.upTo[at+1]
	}
	z = kernel.Quantile(math.Log(lo + (hi-lo)*(float64(rng.Uint64()>>11)+0.5)/(1<<53)))
	return z, kernel.LogPDF(z) - math.Log(hi-lo)
}

func (d *dequantized) drawRow(z, row []float64, rng *rand.Rand) (logQ float64) {
	for k := range d.columns {
		at, l := d.columns[k].draw(row[d.columns[k].of], rng)
		z[k] = at
		logQ += l
	}
	return logQ
}

// Redraw draws the points of an epoch.
func (d *dequantized) Redraw(epoch int) {
	rng := rand.New(rand.NewPCG(d.seed, uint64(epoch)+2))
	n, _ := d.rows.Dims()
	for r := range n * d.copies {
		d.drawRow(d.RawRowView(r), d.rows.RawRowView(r%n), rng)
	}
}

func newDequantized(all []scores, rows *mat.Dense, copies int, seed uint64) *dequantized {
	n, _ := rows.Dims()
	d := &dequantized{mat.NewDense(n*copies, len(all), nil), all, rows, copies, seed}
	d.Redraw(-1)
	return d
}

// logProbDequantized fits a coupling flow and returns the mean log p of the held rows, given which of their cells are
// missing.
func logProbDequantized(schema *columns.Schema, fitted, held *mat.Dense, seed uint64) (float64, error) {
	n, d := fitted.Dims()
	all := scoresOf(schema, fitted)
	cut := n - max(n/10, 1)
	part := fitted.Slice(0, cut, 0, d).(*mat.Dense)
	copies := max(1, 2000/cut)
	points := newDequantized(all, part, copies, seed)
	judge := newDequantized(all, fitted.Slice(cut, n, 0, d).(*mat.Dense), max(1, 2000/(n-cut)), seed+1)
	flow, err := flows.NewCoupling(len(all), flows.CouplingConfig{Blocks: 4, Components: 8, Seed: seed, Dtype: "float32"})
	if err != nil {
		return 0, err
	}
	if _, err := flow.InitFrom(points.Dense, initializers.IGConfig{}); err != nil {
		return 0, err
	}
	epochs := min(max(400_000/(cut*copies), 20), 100)
	err = flow.Compile(train.Config{
		Optimizer: train.AdamW{Adam: train.Adam{LearningRate: 3e-3}, WeightDecay: 1, Suffix: ".kernel"},
		Schedule:  train.Cosine{Peak: 3e-3, Floor: 3e-5, WarmupSteps: 50, DecaySteps: epochs * (1 + cut*copies/256)},
		Clip:      train.Clip{GlobalNorm: 5}, EMA: 0.99,
	})
	if err != nil {
		return 0, err
	}
	_, err = flow.Fit(context.Background(), points, train.FitConfig{
		Epochs: epochs, BatchSize: 256, Seed: seed, ValidationData: judge.Dense,
		Callbacks: []train.Callback{&train.EarlyStopping{Patience: 15, RestoreBest: true}},
	})
	if err != nil {
		return 0, err
	}
	return (&dequantized{columns: all, seed: seed}).logProb(flow, held)
}

// logProb is the mean log p of rows given which of their cells are missing.
func (d *dequantized) logProb(flow *flows.Flow, x *mat.Dense) (float64, error) {
	n, _ := x.Dims()
	rng, sum := rand.New(rand.NewPCG(d.seed, 7)), 0.0
	z, weights := mat.NewDense(importance, len(d.columns), nil), make([]float64, importance)
	for i := range n {
		for s := range importance {
			weights[s] = -d.drawRow(z.RawRowView(s), x.RawRowView(i), rng)
		}
		lp, err := flow.LogProb(z)
		if err != nil {
			return 0, err
		}
		for s, l := range lp {
			weights[s] += l
		}
		sum += kernel.LogSumExp(weights) - math.Log(importance)
		for _, c := range d.columns {
			switch {
			case c.missing == 0:
			case math.IsNaN(x.At(i, c.of)):
				sum -= math.Log(c.missing)
			default:
				sum -= math.Log1p(-c.missing)
			}
		}
	}
	return sum / float64(n), nil
}
