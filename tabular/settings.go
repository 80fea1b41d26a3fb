package tabular

import (
	"math"
	"math/bits"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/train"
)

// settings are everything that determines a fit: what Config says, and for the rest the preset's choice for the shape
// of the table.
type settings struct {
	Config
	copies    int  // how often each row appears in an epoch
	perEpoch  int  // rows in an epoch, copies included
	open      bool // Config leaves the family open
	dtypeOpen bool // Config leaves the dtype open
}

// effort is what a preset chooses.
type effort struct {
	rows   int // the most row-steps: rows an epoch times epochs
	hidden int
}

var efforts = map[Preset]effort{
	Fast:    {rows: 120_000, hidden: 32},
	Default: {rows: 600_000, hidden: 64},
	Best:    {rows: 3_000_000, hidden: 128},
}

const (
	epochRows     = 2000 // the fewest rows of an epoch, since a validation every few steps would only follow noise
	patienceShare = 6    // a fit ends when this fraction of its epochs, 1/6, has passed without a gain
	// rotateBelow is the number of rows a column below which couplings between principal axes have the better validation
	// likelihood: a covariance can be estimated from few rows, dependences between single columns need more.
	rotateBelow = 20
	// gaussianBelow is the number of rows a column below which nothing beyond a shrunk covariance can be learnt.
	gaussianBelow  = 2
	rowsAComponent = 150 // for the rotated family, whose tables are small: from 2 to 4 components
	maxNoise       = 0.05
)

// newSettings fills in what c leaves open for a fit to n rows of the columns.
func newSettings(c Config, n int, columns []Column) settings {
	or(&c.Preset, Default)
	d, e := len(columns), efforts[c.Preset]
	p := settings{Config: c, copies: (epochRows + n - 1) / n, open: c.Family == "", dtypeOpen: c.Dtype == ""}
	p.perEpoch = n * p.copies
	or(&p.Family, familyFor(n, d))
	p.sizes(n, d, e)
	or(&p.Epochs, max(1, e.rows/p.perEpoch))
	or(&p.Patience, max(10, p.Epochs/patienceShare))
	or(&p.BatchSize, 256)
	p.BatchSize = min(p.BatchSize, p.perEpoch)
	or(&p.LearningRate, 3e-3)
	or(&p.Noise, min(maxNoise, 0.5*math.Sqrt(float64(d)/float64(n))))
	or(&p.Dequantize, DequantizeGrids)
	or(&p.Dtype, dtypeFor(columns))
	return p
}

func familyFor(n, d int) Family {
	switch {
	case n < gaussianBelow*d:
		return Gaussian
	case d == 1:
		return Diagonal
	case n < rotateBelow*d:
		return Rotated
	}
	return Aligned
}

// sizes sets the shape of a flow of d columns. The aligned family has one block for each binary digit of a column's
// number, but at least three, so that any two columns are in different halves of some block.
func (p *settings) sizes(n, d int, e effort) {
	blocks, components := 3, min(max(n/rowsAComponent, 2), 4)
	if p.Family == Aligned {
		blocks, components = max(3, digits(d)), 8
	}
	if d == 1 && p.Family != Gaussian { // a single column: nothing to rotate or to condition on
		p.Family, blocks, components = Diagonal, 1, 8
	}
	or(&p.Blocks, blocks)
	or(&p.Components, components)
	if p.Hidden == nil {
		p.Hidden = []int{e.hidden, e.hidden}
	}
}

// checkpoint is Config's Checkpoint with the default of Every: for a small table, writing it each epoch would take
// longer than the epoch.
func (p settings) checkpoint() train.Checkpoint {
	c := p.Checkpoint
	if c.Path != "" {
		or(&c.Every, max(1, p.Epochs/50))
	}
	return c
}

// epochSteps is the number of optimizer steps of an epoch.
func (p settings) epochSteps() int { return (p.perEpoch + p.BatchSize - 1) / p.BatchSize }

// or sets v to its default if it is zero.
func or[T comparable](v *T, otherwise T) { *v = defaults.Or(*v, otherwise) }

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

// digits is the number of binary digits that d ≥ 2 columns need.
func digits(d int) int { return bits.Len(uint(d - 1)) }
