package drift

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
)

const (
	folds        = 5   // parts of the rows that are left out in turn
	mostProducts = 400 // the most products of features that are added to the features
)

// apart measures how well a linear discriminant classifies rows that it was not fitted to; nil if there are too few
// rows.
func (s *scorer) apart(ctx context.Context, seed uint64) (*Apart, error) {
	if s.small < 2 {
		return nil, nil
	}
	x := s.withProducts()
	fold := s.folded(seed)
	n, m := x.Dims()
	score := make([]float64, n)
	err := initializers.EachColumn(min(folds, s.small), func(k int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		var in []int
		for i := range n {
			if fold[i] != k {
				in = append(in, i)
			}
		}
		w := discriminant(x, in, s.n[0])
		if w == nil {
			return nil
		}
		for i := range n {
			if fold[i] == k {
				score[i] = mat.Dot(w, mat.NewVecDense(m, x.RawRowView(i)))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return auc(score[:s.n[0]], score[s.n[0]:]), nil
}

// folded assigns the rows of each table to folds at random.
func (s *scorer) folded(seed uint64) []int {
	fold := make([]int, s.n[0]+s.n[1])
	for side, from := range []int{0, s.n[0]} {
		for at, i := range initializers.NewRand(seed, 1<<40+uint64(side)).Perm(s.n[side]) {
			fold[from+i] = at % min(folds, s.small)
		}
	}
	return fold
}

// withProducts are the features and, if there are enough rows, the products of the first features of every two columns, which show
// a change of their dependence.
func (s *scorer) withProducts() *mat.Dense {
	n, m := s.x.Dims()
	if len(s.pairs) == 0 || len(s.pairs) > mostProducts || 5*(m+len(s.pairs)) > s.small {
		return s.x
	}
	x := mat.NewDense(n, m+len(s.pairs), nil)
	x.Slice(0, n, 0, m).(*mat.Dense).Copy(s.x)
	product := make([]float64, n)
	for p, of := range s.pairs {
		k, l := s.blocks[of[0]].pair[0], s.blocks[of[1]].pair[0]
		for i := range n {
			product[i] = s.x.At(i, k) * s.x.At(i, l)
		}
		floats.AddConst(-floats.Sum(product)/float64(n), product)
		if norm := math.Sqrt(floats.Dot(product, product) / float64(n)); norm > flat {
			floats.Scale(1/norm, product)
		}
		x.SetCol(m+p, product)
	}
	return x
}

// discriminant is Fisher's linear discriminant for the given rows, the first of which belong to A: the direction from A's mean to
// B's. It treats the features as the more independent, the more features there are for each row.
func discriminant(x *mat.Dense, in []int, first int) *mat.VecDense {
	_, m := x.Dims()
	rows := mat.NewDense(len(in), m, nil)
	var mean [2][]float64
	var count [2]float64
	mean[0], mean[1] = make([]float64, m), make([]float64, m)
	for at, i := range in {
		side := 0
		if i >= first {
			side = 1
		}
		count[side]++
		rows.SetRow(at, x.RawRowView(i))
		floats.Add(mean[side], x.RawRowView(i))
	}
	floats.Scale(1/count[0], mean[0])
	floats.Scale(1/count[1], mean[1])
	floats.Sub(mean[1], mean[0])
	gram := mat.NewSymDense(m, nil)
	gram.SymOuterK(1/float64(len(in)), rows.T())
	shrink := float64(m) * (1/count[0] + 1/count[1])
	for k := range m {
		gram.SetSym(k, k, gram.At(k, k)+shrink)
	}
	var factor mat.Cholesky
	if !factor.Factorize(gram) {
		return nil
	}
	w := mat.NewVecDense(m, nil)
	if factor.SolveVecTo(w, mat.NewVecDense(m, mean[1])) != nil {
		return nil
	}
	return w
}

// auc is the share of pairs of a score of a and a score of b in which b's is greater, with equal ones counted half, and DeLong's
// standard error. For each row it computes the share of the other table's rows on whose right side it is, and the variance of
// these.
func auc(a, b []float64) *Apart {
	byB, byA := places(b, a), places(a, b)
	out := &Apart{}
	for _, v := range byB {
		out.AUC += v / float64(len(b))
	}
	square := func(v []float64, mean float64) (sum float64) {
		for _, x := range v {
			sum += (x - mean) * (x - mean)
		}
		return sum / float64(max(len(v)-1, 1)) / float64(len(v))
	}
	out.SE = math.Sqrt(square(byB, out.AUC) + square(byA, 1-out.AUC))
	out.AUC = max(out.AUC, 0.5)
	return out
}

// places are, for each of v, the share of others below it plus half the share of those equal to it.
func places(v, others []float64) []float64 {
	ascending := slices.Sorted(slices.Values(others))
	out := make([]float64, len(v))
	for i, x := range v {
		below, _ := slices.BinarySearch(ascending, x)
		upTo, _ := slices.BinarySearchFunc(ascending, x, func(y, x float64) int {
			if cmp.Compare(y, x) > 0 {
				return 1
			}
			return -1
		})
		out[i] = float64(below+upTo) / 2 / float64(len(others))
	}
	return out
}
