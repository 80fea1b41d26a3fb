package tabular

import (
	"math"

	"gaussflow/graph"
	"gaussflow/train"
)

// plan is everything a fit needs to know: what Config says, the rest from the preset and the shape of the table.
type plan struct {
	Config
	marginal int // components of the mixtures that Gaussianize the columns before the first rotation
	copies   int // of each row in an epoch
	perEpoch int // rows, copies included
	decay    float64
}

// effort is what tells the presets apart.
type effort struct {
	rows   float64 // row-steps at most: rows an epoch times epochs
	hidden int
}

var efforts = map[Preset]effort{
	Fast:    {rows: 2e5, hidden: 32},
	Default: {rows: 1.2e6, hidden: 64},
	Best:    {rows: 6e6, hidden: 128},
}

const (
	epochRows     = 2000 // at least: a validation each few steps would only follow noise
	patienceShare = 6    // an early end after epochs/patienceShare without gain
)

// newPlan fills in what c leaves open for a fit on n rows of the columns.
func newPlan(c Config, n int, columns []Column) plan {
	if c.Preset == "" {
		c.Preset = Default
	}
	e := efforts[c.Preset]
	p := plan{Config: c, marginal: 8, copies: (epochRows + n - 1) / n, decay: 0.1}
	d := len(columns)
	or(&p.Family, Coupling)
	if d == 1 {
		p.Family = Diagonal
	}
	or(&p.Blocks, 3)
	or(&p.Components, 4)
	if p.Hidden == nil {
		p.Hidden = []int{e.hidden, e.hidden}
	}
	p.perEpoch = n * p.copies
	or(&p.Epochs, max(1, int(e.rows)/p.perEpoch))
	or(&p.Patience, max(10, p.Epochs/patienceShare))
	or(&p.BatchSize, 256)
	p.BatchSize = min(p.BatchSize, p.perEpoch)
	or(&p.LearningRate, 3e-3)
	or(&p.Noise, 0.05)
	p.Noise = max(p.Noise, 0)
	or(&p.Dequantize, DequantizeGrids)
	or(&p.Dtype, dtypeFor(columns))
	return p
}

// or sets v where it is zero.
func or[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// dtypeFor is float32, unless a column lies so far from 0, or its unit is so large or small, that float32 would lose
// its digits: rows reach the flow in the user's units.
func dtypeFor(columns []Column) graph.Dtype {
	for _, c := range columns {
		if !(math.Abs(c.Mean) < 1e3*c.Std && c.Std > 1e-15 && c.Std < 1e15) {
			return graph.Float64
		}
	}
	return graph.Float32
}

// checkpoint is Config's; writing it each epoch would cost small tables more than the epoch.
func (p plan) checkpoint() train.Checkpoint {
	c := p.Checkpoint
	if c.Path != "" {
		or(&c.Every, max(1, p.Epochs/50))
	}
	return c
}

// epochSteps is the number of optimizer steps of an epoch.
func (p plan) epochSteps() int { return (p.perEpoch + p.BatchSize - 1) / p.BatchSize }
