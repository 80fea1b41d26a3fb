package rbig

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
)

// rotation is Q (d×d, orthogonal) of block number block, for rows y that it will rotate: z = y·Q.
func (c Config) rotation(y *mat.Dense, block int) (*mat.Dense, error) {
	_, d := y.Dims()
	seed := c.Seed + 1000*uint64(block)
	switch {
	case c.Rotation == Haar, c.Rotation == Alternating && block%2 == 1 && block > 0:
		return initializers.Haar(d, seed), nil
	case c.Rotation == PCA:
		q, _, err := initializers.PCA(y)
		return q, err
	}
	q, err := independent(y, seed)
	if err != nil || c.Rotation == Alternating || shows(y, q) {
		return q, err
	}
	return initializers.Haar(d, seed), nil
}

// showsAt is by how many of the standard deviations for normal columns of this size the largest negentropy after an ICA rotation
// must exceed the largest one before. Two would not be significant, since ICA looks for the axis with the largest negentropy.
const showsAt = 3

// shows reports whether a column of y·q is less normal than those of y, which have been mapped to normals. If ICA finds no such
// column, it alternates between the same axes block after block, and the maps along them fit the noise of the rows and of earlier
// maps, until the density of rows that were not fitted to is far off.
func shows(y, q *mat.Dense) bool {
	n, _ := y.Dims()
	var turned mat.Dense
	turned.Mul(y, q)
	return leastNormal(&turned) > leastNormal(y)+showsAt*nullOf(n).std
}

// leastNormal is the largest negentropy of any column.
func leastNormal(y *mat.Dense) float64 {
	_, d := y.Dims()
	most := math.Inf(-1)
	for j := range d {
		negentropy, _ := shape(y, j)
		most = max(most, negentropy)
	}
	return most
}

// icaRows is how many rows, evenly spaced over all, are used to find the axes of ICA: any orthogonal matrix is valid, a better one
// removes more.
const icaRows = 1 << 11

// icaSteps limits the fixed-point steps.
const icaSteps = 20

// independent is the orthogonal matrix nearest to the unmixing matrix of FastICA (symmetric, log cosh) on the whitened rows.
func independent(y *mat.Dense, seed uint64) (*mat.Dense, error) {
	x := thinned(y, icaRows)
	n, d := x.Dims()
	axes, variances, err := initializers.PCA(x)
	if err != nil {
		return nil, err
	}
	whiten := mat.DenseCopyOf(axes)
	whiten.Apply(func(_, j int, v float64) float64 {
		if s := math.Sqrt(variances[j]); s > 1e-6*math.Sqrt(variances[0]) {
			return v / s
		}
		return 0 // the rows do not extend in this direction
	}, whiten)
	white, turned, update := mat.NewDense(n, d, nil), mat.NewDense(n, d, nil), mat.NewDense(d, d, nil)
	white.Mul(centred(x), whiten)
	w := initializers.Haar(d, seed)
	slopes := make([]float64, d)
	for range icaSteps {
		turned.Mul(white, w)
		clear(slopes)
		for i := range n {
			row := turned.RawRowView(i)
			for j, v := range row {
				t := math.Tanh(v)
				row[j] = t
				slopes[j] += 1 - t*t
			}
		}
		update.Mul(white.T(), turned)
		for j, s := range slopes { // w ← E[x·g(wᵀx)] − E[g′(wᵀx)]·w
			for i := range d {
				update.Set(i, j, (update.At(i, j)-s*w.At(i, j))/float64(n))
			}
		}
		next, err := nearestOrthogonal(update)
		if err != nil {
			return nil, err
		}
		settled := 1.0
		for j := range d {
			settled = min(settled, math.Abs(mat.Dot(next.ColView(j), w.ColView(j))))
		}
		if w = next; settled > 1-1e-4 {
			break
		}
	}
	var unmixing mat.Dense
	unmixing.Mul(whiten, w)
	return nearestOrthogonal(&unmixing)
}

// nearestOrthogonal is U·Vᵀ of the singular value decomposition.
func nearestOrthogonal(m *mat.Dense) (*mat.Dense, error) {
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDThin) {
		return nil, errors.New("rbig: the singular values of a rotation did not converge")
	}
	var u, v, q mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	q.Mul(&u, v.T())
	return &q, nil
}

// thinned is at most most rows of y, evenly spaced over all.
func thinned(y *mat.Dense, most int) *mat.Dense {
	n, d := y.Dims()
	if n <= most {
		return y
	}
	few := mat.NewDense(most, d, nil)
	for i := range most {
		few.SetRow(i, y.RawRowView(i*n/most))
	}
	return few
}

// centred is y minus the mean of each column.
func centred(y *mat.Dense) *mat.Dense {
	n, d := y.Dims()
	mean := make([]float64, d)
	for i := range n {
		for j, v := range y.RawRowView(i) {
			mean[j] += v / float64(n)
		}
	}
	x := mat.NewDense(n, d, nil)
	for i := range n {
		for j, v := range y.RawRowView(i) {
			x.Set(i, j, v-mean[j])
		}
	}
	return x
}
