package info

import (
	"gonum.org/v1/gonum/mat"
)

type Sample struct {
	n       int
	columns []scored
	scores  []float64
	x       *mat.Dense
	Config
}
type Config struct{ Seed uint64 }

func Of(x mat.Matrix, c Config) (*Sample, error) {
	n, d := x.Dims()
	s := &Sample{n: n, scores: normalScores(n), x: mat.DenseCopyOf(x)}
	for j := range d {
		s.columns = append(s.columns, scoresOf(mat.Col(nil, j, x), c.Seed, uint64(j)))
	}
	return s, nil
}

func seq(a, b int) (s []int) {
	for i := a; i < b; i++ {
		s = append(s, i)
	}
	return s
}
func must(p points, err error) points {
	if err != nil {
		panic(err)
	}
	return p
}
func (s *Sample) TC(cols []int) Estimate { return must(s.fitCopula(cols)).positive() }
func (s *Sample) MI(a, b []int) Estimate {
	return must(s.fitCopula(append(append([]int{}, a...), b...))).plus(-1, must(s.fitCopula(a))).plus(-1, must(s.fitCopula(b))).positive()
}
