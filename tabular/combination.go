package tabular

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/rows"
)

// A combination replaces columns that are nearly linear combinations of others by what is left of them,
//
//	y_j = (x_j − Σ_i w_ij·x_i)/s_j,  s_j the spread of what is left,
//
// where i runs over the independent columns before j. As a matrix it is upper triangular.
type combination struct {
	upper  *mat.Dense // d×d: above the diagonal −w_ij, on it log s_j
	least  float64    // the smallest share of a column's spread that is left
	column []bool     // d, which columns are combinations
}

// layer makes the layer that subtracts the combinations from their columns.
func (c *combination) layer(dtype graph.Dtype) (*layers.LU, error) {
	d, _ := c.upper.Dims()
	lu, err := layers.NewLU(d, layers.LUConfig{Dtype: dtype})
	if err != nil {
		return nil, err
	}
	return lu, fixed(lu, c.upper.RawMatrix().Data)
}

const (
	leftOver    = 0.02 // share of a column's spread: a column of which less is left is a combination
	leastLeft   = 1e-6 // about the share that rounding leaves of an exact combination
	fitRows     = 4000 // rows that combinations are sought in
	rowsAWeight = 10   // the least number of rows for each column
	mostColumns = 512  // the most columns that are examined: the factorization costs their square times the rows
)

// combinations finds the columns of y of which least squares on the independent columns before them leaves less than leftOver of
// the spread. It is nil if there are none.
func combinations(y *mat.Dense, usable []bool) *combination {
	n, d := y.Dims()
	n = min(n, fitRows)
	if d < 2 || d > mostColumns || n < rowsAWeight*d {
		return nil
	}
	centred := mat.NewDense(n, d, nil)
	unit := make([]float64, d)
	for j := range d {
		mean, std := rows.MeanStd(mat.Col(nil, j, y.Slice(0, n, 0, d)))
		if unit[j] = std; std == 0 {
			unit[j] = 1
		}
		for i := range n {
			centred.Set(i, j, (y.At(i, j)-mean)/unit[j])
		}
	}
	var qr mat.QR
	qr.Factorize(centred)
	var r mat.Dense
	qr.RTo(&r)
	c := &combination{upper: mat.NewDense(d, d, nil), least: 1, column: make([]bool, d)}
	var free []int
	for j := range d {
		if !usable[j] {
			continue
		}
		if !(math.Abs(r.At(j, j)) < leftOver*math.Sqrt(float64(n))) || len(free) == 0 { // also NaN
			free = append(free, j)
			continue
		}
		weights, left := explained(take(centred, free), take(centred, []int{j}))
		if !(left < leftOver) { // the column depends on columns that are not usable, or the system is ill conditioned
			free = append(free, j)
			continue
		}
		left = max(left, leastLeft)
		c.least, c.column[j] = min(c.least, left), true
		c.upper.Set(j, j, -math.Log(left*unit[j]))
		for k, i := range free {
			c.upper.Set(i, j, -weights.At(k, 0)/unit[i]/left)
		}
	}
	if c.least == 1 {
		return nil
	}
	return c
}

// explained is the least-squares fit of one column on others: the weights and the root mean square of what is left. That is
// NaN if there is no solution.
func explained(others, column *mat.Dense) (weights *mat.Dense, left float64) {
	weights = &mat.Dense{}
	if err := weights.Solve(others, column); err != nil {
		return nil, math.NaN()
	}
	var off mat.Dense
	off.Mul(others, weights)
	off.Sub(column, &off)
	n, _ := column.Dims()
	return weights, mat.Norm(&off, 2) / math.Sqrt(float64(n))
}
