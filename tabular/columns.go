package tabular

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
)

// Column is what Fit found in one column of the table.
type Column struct {
	Name     string  `json:"name"`
	Mean     float64 `json:"mean"`     // in the column's unit
	Std      float64 `json:"std"`      // divisor N
	Distinct int     `json:"distinct"` // number of different values
	Top      float64 `json:"top"`      // share of the rows that have the commonest value
	Integer  bool    `json:"integer,omitempty"`
	// Quantum is the step of the grid that a tied column's values lie on, 0 where they lie on none.
	Quantum float64 `json:"quantum,omitempty"`
	// Dropped columns are constant; the flow has no dimension for them.
	Dropped bool `json:"dropped,omitempty"`
}

// Constant reports a column of one value.
func (c Column) Constant() bool { return c.Distinct == 1 }

// fewSteps is how many floating-point numbers there are at least in a standard deviation of an ordinary column.
const fewSteps = 1024

// Coarse reports a column so far from 0 that a float64 has few digits left for its spread: noise of less than such a step is
// lost, and a density is that of the steps.
func (c Column) Coarse() bool {
	at := math.Abs(c.Mean)
	return !c.Constant() && c.Std < fewSteps*(math.Nextafter(at, math.Inf(1))-at)
}

// Tied reports a column in which many rows share a value: fewer than half as many values as rows, or one value
// in a tenth of them.
func (c Column) Tied(rows int) bool { return 2*c.Distinct < rows || c.Top > 0.1 }

// inspect looks at each column of x.
func inspect(names []string, x mat.Matrix) []Column {
	columns := make([]Column, len(names))
	for j, name := range names {
		columns[j] = inspectColumn(name, mat.Col(nil, j, x))
	}
	return columns
}

func inspectColumn(name string, values []float64) Column {
	slices.Sort(values)
	c := Column{Name: name, Integer: true}
	run, top := 0, 0
	for i, v := range values {
		if c.Integer && v != math.Trunc(v) {
			c.Integer = false
		}
		if i == 0 || v != values[i-1] {
			c.Distinct++
			run = 0
		}
		run++
		top = max(top, run)
	}
	c.Top = float64(top) / float64(len(values))
	c.Mean, c.Std = initializers.MeanStd(values)
	if !c.Constant() && 2*c.Distinct < len(values) {
		c.Quantum = quantum(slices.Compact(values))
	}
	return c
}

// gridTolerance is how far off a multiple of the least gap another gap may be, as a share of the least one: decimal
// fractions are not exact in binary.
const gridTolerance = 0.01

// quantum is the least gap between ascending values if every gap is a multiple of it, otherwise 0.
func quantum(distinct []float64) float64 {
	least := math.Inf(1)
	for i := 1; i < len(distinct); i++ {
		least = min(least, distinct[i]-distinct[i-1])
	}
	for i := 1; i < len(distinct); i++ {
		steps := (distinct[i] - distinct[i-1]) / least
		if math.Abs(steps-math.Round(steps)) > gridTolerance {
			return 0
		}
	}
	return least
}
