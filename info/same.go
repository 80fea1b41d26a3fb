package info

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
)

// SameTest tests whether two samples of the same columns are of one distribution. Their rows are scored together; the statistic is the sum
// of the squared differences, in standard deviations, of the means of the columns' Hermite polynomials of orders 1 to 3 and of products of
// two columns. A column that one sample has in finer steps than the other is rounded to the other's values. The hypothesis is drawn
// from by dealing the rows out anew.
func SameTest(p, q *Sample) (Test, error) {
	p, q, _, err := alike("SameTest", p, q)
	if err != nil {
		return Test{}, err
	}
	n, d := p.n+q.n, len(p.columns)
	scores := normalScores(n)
	f := features(scores)
	x := mat.NewDense(d*orders+d*(d-1)/2, n, nil)
	first := make([][]float64, d)
	for j := range d {
		both := slices.Concat(p.values[j], q.values[j])
		rank := scoresOf(both, p.config.Seed, uint64(j)).rank
		for k := range orders {
			row := x.RawRowView(j*orders + k)
			for i, r := range rank {
				row[i] = f[k][r]
			}
		}
		first[j] = x.RawRowView(j * orders)
	}
	at := d * orders
	for i := range d {
		for j := range i {
			row := x.RawRowView(at)
			at++
			for r := range row {
				row[r] = first[i][r] * first[j][r]
			}
			m := mean(row)
			std := math.Sqrt(variance(row, m))
			for r := range row {
				row[r] = (row[r] - m) / max(std, math.SmallestNonzeroFloat64)
			}
		}
	}
	statistic := func(order []int) float64 {
		label := mat.NewVecDense(n, nil)
		for _, i := range order[:p.n] {
			label.SetVec(i, 1)
		}
		var sums mat.VecDense
		sums.MulVec(x, label)
		return mat.Dot(&sums, &sums) * float64(n) / (float64(p.n) * float64(q.n))
	}
	plain := make([]int, n)
	for i := range plain {
		plain[i] = i
	}
	rows, _ := x.Dims()
	h := null{draws: make([]float64, draws(n*rows)), mean: square(x) / float64(n-1)}
	err = initializers.EachColumn(len(h.draws), func(b int) error {
		if err := p.config.ended(); err != nil {
			return err
		}
		h.draws[b] = statistic(initializers.NewRand(p.config.Seed+uint64(b), 12).Perm(n))
		return nil
	})
	h.variance = variance(h.draws, h.mean)
	return h.test(statistic(plain)), err
}
