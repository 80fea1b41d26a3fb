package initializers

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/internal/counted"
	"gaussflow/rows"
)

// Haar draws a d×d orthogonal matrix uniformly: the Q of a Gaussian matrix with the signs of R's diagonal (Mezzadri
// 2007, arXiv:math-ph/0609050). It is empty if d is not from 1 to 16384.
func Haar(d int, seed uint64) *mat.Dense {
	if d < 1 || d > maxNumbers/d {
		return &mat.Dense{}
	}
	return haar(d, NewRand(seed, 0))
}

func haar(d int, rng *rand.Rand) *mat.Dense {
	g := mat.NewDense(d, d, nil)
	normal(g.RawMatrix().Data, 1, rng)
	var qr mat.QR
	qr.Factorize(g)
	var q, r mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	for j := range d {
		if r.At(j, j) < 0 {
			flipColumn(&q, j)
		}
	}
	return &q
}

func flipColumn(q *mat.Dense, j int) {
	r, _ := q.Dims()
	for i := range r {
		q.Set(i, j, -q.At(i, j))
	}
}

// PCA is the orthogonal matrix Q (d×d) whose columns are the principal axes of x (N×d), by descending variance (divisor N−1),
// so that the columns of x·Q are uncorrelated. The signs of the axes are arbitrary and fixed by a rule, so that two runs
// agree: each column's largest component is positive; then the first column is flipped if that is needed for det Q = (−1)^d,
// so that d reflectors can represent Q. The rows are not centred. Variances beyond the range of float64 are 0 or +Inf; the
// axes are still right.
func PCA(x mat.Matrix) (q *mat.Dense, variances []float64, err error) {
	if err := rows.CheckFinite("initializers: PCA", x); err != nil {
		return nil, nil, err
	}
	n, d := x.Dims()
	if n < 2 {
		return nil, nil, fmt.Errorf("initializers: PCA: got %s, want at least 2", counted.Of(n, "row"))
	}
	x, unit := inUnits(x)
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, x, nil)
	var eig mat.EigenSym
	if !eig.Factorize(&cov, true) {
		return nil, nil, errors.New("initializers: PCA: the eigenvalues of the covariance did not converge")
	}
	ascending := eig.Values(nil)
	var axes mat.Dense
	eig.VectorsTo(&axes)
	q, variances = mat.NewDense(d, d, nil), make([]float64, d)
	for j := range d {
		axis := mat.Col(nil, d-1-j, &axes)
		variances[j] = max(ascending[d-1-j], 0) * unit * unit
		q.SetCol(j, axis)
		if axis[largest(axis)] < 0 {
			flipColumn(q, j)
		}
	}
	matchParity(q)
	return q, variances, nil
}

// inUnits is x in units of a power of two. That is 1 unless the squares of its columns' spreads would leave the range of
// float64.
func inUnits(x mat.Matrix) (_ mat.Matrix, unit float64) {
	_, d := x.Dims()
	most := 0.0
	for j := range d {
		_, std := rows.MeanStd(mat.Col(nil, j, x))
		most = max(most, std)
	}
	if most == 0 || most > 0x1p-400 && most < 0x1p400 {
		return x, 1
	}
	unit = math.Exp2(math.Round(math.Log2(most)))
	var y mat.Dense
	y.Scale(1/unit, x)
	return &y, unit
}

// matchParity flips the first column of an orthogonal q if det q ≠ (−1)^d, and reports whether it did.
func matchParity(q *mat.Dense) (flipped bool) {
	d, _ := q.Dims()
	if parity := 1 - 2*float64(d%2); mat.Det(q)*parity > 0 {
		return false
	}
	flipColumn(q, 0)
	return true
}

// largest is the first index whose magnitude is within rounding of the largest one.
func largest(v []float64) (at int) {
	top := 0.0
	for _, x := range v {
		top = max(top, math.Abs(x))
	}
	for i, x := range v {
		if math.Abs(x) >= top*(1-1e-9) {
			return i
		}
	}
	return 0
}

// HouseholderDecompose expresses the orthogonal q (d×d) by d reflectors (the rows of v), in the order in which they act
// on a row vector: x·q = x·H_1·…·H_d, H = I − 2 v vᵀ/‖v‖².
//
// A product of d reflections has determinant (−1)^d. If q has the other sign, its first column is flipped first, which
// does not matter for a rotation from PCA, and flipped reports it. reflectors is the number that the caller has room
// for; it must be d. It is also an error if q is not square or not orthogonal to 1e-5.
//
// Every reflector has unit length. The product does not depend on the length, but an optimizer that moves each number by its
// learning rate would turn a short reflector by a large angle.
func HouseholderDecompose(q mat.Matrix, reflectors int) (v *mat.Dense, flipped bool, err error) {
	if err := rows.CheckFinite("initializers: HouseholderDecompose", q); err != nil {
		return nil, false, err
	}
	r, d := q.Dims()
	if r != d {
		return nil, false, fmt.Errorf("initializers: HouseholderDecompose: got a %d×%d matrix, want a square one", r, d)
	}
	var gram mat.Dense
	gram.Mul(q.T(), q)
	if off := distanceFromIdentity(&gram); !(off <= 1e-5) {
		return nil, false, fmt.Errorf("initializers: HouseholderDecompose: QᵀQ is off the identity by %.2g, want an orthogonal matrix (1e-5)", off)
	}
	if reflectors != d {
		return nil, false, fmt.Errorf("initializers: HouseholderDecompose: got room for %d reflectors, want num_reflectors == d = %d", reflectors, d)
	}
	work := mat.DenseCopyOf(q)
	flipped = matchParity(work)
	v = mat.NewDense(d, d, nil)
	used := 0
	for j := range d {
		if reflector := toUnit(mat.Col(nil, j, work), j); reflector != nil {
			reflectColumns(work, reflector)
			floats.Scale(1/floats.Norm(reflector, 2), reflector)
			v.SetRow(used, reflector)
			used++
		}
	}
	// Columns that already are unit vectors need no reflector. By parity an even number of reflectors is left over; a
	// pair of equal reflectors is the identity while both stay trainable (zero vectors would not).
	for ; used < d; used++ {
		v.Set(used, 0, 1)
	}
	return v, flipped, nil
}

// toUnit is the reflector that maps the column c, which is zero above j, to the unit vector e_j: v = c − ‖c‖ e_j, with
// its j-th component computed without cancellation; nil if c is e_j already.
func toUnit(c []float64, j int) []float64 {
	v := make([]float64, len(c))
	below := 0.0
	for i := j + 1; i < len(c); i++ {
		v[i] = c[i]
		below += c[i] * c[i]
	}
	norm := math.Sqrt(c[j]*c[j] + below)
	if c[j] > 0 {
		v[j] = -below / (c[j] + norm)
	} else {
		v[j] = c[j] - norm
	}
	if below+v[j]*v[j] < 1e-30 {
		return nil
	}
	return v
}

// reflectColumns replaces m by H(v)·m.
func reflectColumns(m *mat.Dense, v []float64) {
	vec := mat.NewVecDense(len(v), v)
	var row mat.VecDense
	row.MulVec(m.T(), vec)
	m.RankOne(m, -2/mat.Dot(vec, vec), vec, &row)
}

func distanceFromIdentity(m *mat.Dense) (off float64) {
	r, c := m.Dims()
	for i := range r {
		for j := range c {
			want := 0.0
			if i == j {
				want = 1
			}
			d := math.Abs(m.At(i, j) - want)
			if math.IsNaN(d) {
				return d
			}
			off = max(off, d)
		}
	}
	return off
}

// HouseholderBasis expresses r orthonormal columns of length d, axes (d×r), by r reflectors, the rows of v: the first r columns
// of x·H_1·…·H_r are x·axes, and the others an orthonormal basis of the complement. It is an error if axes is empty, has more
// columns than rows, or its columns are not orthonormal to 1e-5.
func HouseholderBasis(axes mat.Matrix) (v *mat.Dense, err error) {
	if err := rows.CheckFinite("initializers: HouseholderBasis", axes); err != nil {
		return nil, err
	}
	d, r := axes.Dims()
	if r > d {
		return nil, fmt.Errorf("initializers: HouseholderBasis: got %d columns of length %d, want at most as many as they are long", r, d)
	}
	var gram mat.Dense
	if gram.Mul(axes.T(), axes); !(distanceFromIdentity(&gram) < 1e-5) {
		return nil, errors.New("initializers: HouseholderBasis: the columns are not orthonormal to 1e-5")
	}
	left := mat.DenseCopyOf(axes)
	v = mat.NewDense(r, d, nil)
	for j := range r {
		column := mat.Col(nil, j, left)
		clear(column[:j])
		if reflector := toUnit(column, j); reflector != nil {
			v.SetRow(j, reflector)
			reflectColumns(left, reflector)
		}
	}
	return v, nil
}
