package info

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// oddAt is how many standard deviations the statistic of odd must be off. It has a long tail where rows are normal: products of four.
const oddAt = 5

// odd reports whether rows w (n×d), whitened, are not normal: by the sum of the squares of all means of products
//
//	He_a(w_i)·He_b(w_j),  a+b = 3 or 4, i ≤ j,  and of w_i·w_j·w_k where there are few columns,
//
// each of variance 1/n of normal rows, where twice n times the sum is about χ². It is a smooth test in the sense of Neyman 1937.
func odd(w *mat.Dense) bool {
	n, d := w.Dims()
	var h [4]*mat.Dense // of the orders 1 to 4, normalized
	for k := range h {
		h[k] = mat.NewDense(n, d, nil)
	}
	for i := range n {
		for j, x := range w.RawRowView(i) {
			for k, v := range hermite(x) {
				h[k].Set(i, j, v)
			}
		}
	}
	sum, terms := 0.0, 0
	add := func(mean float64) { sum += float64(n) * mean * mean; terms++ }
	for _, k := range []int{2, 3} {
		for j := range d {
			add(mean(mat.Col(nil, j, h[k])))
		}
	}
	for _, p := range []struct {
		a, b int
		both bool // w_i and w_j are not the same in it
	}{{0, 1, true}, {0, 2, true}, {1, 1, false}} {
		var c mat.Dense
		c.Mul(h[p.a].T(), h[p.b])
		for i := range d {
			for j := range d {
				if i < j || i > j && p.both {
					add(c.At(i, j) / float64(n))
				}
			}
		}
	}
	if d <= mostTriples {
		for i := range d {
			for j := i + 1; j < d; j++ {
				for k := j + 1; k < d; k++ {
					product := 0.0
					for r := range n {
						row := w.RawRowView(r)
						product += row[i] * row[j] * row[k]
					}
					add(product / float64(n))
				}
			}
		}
	}
	return (sum-float64(terms))/math.Sqrt(2*float64(terms)) > oddAt
}

// mostTriples is how many columns odd looks at products of three for.
const mostTriples = 12

// hermite are the normalized Hermite polynomials of orders 1 to 4.
func hermite(x float64) [4]float64 {
	s := x * x
	return [4]float64{x, (s - 1) / math.Sqrt2, x * (s - 3) / math.Sqrt(6), (s*s - 6*s + 3) / math.Sqrt(24)}
}
