package info

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
	"gaussflow/rbig"
)

// ErrApart is of two samples of which one has hardly a row where the other has any.
var ErrApart = errors.New("info: hardly a row of one sample lies between those of the other: how far apart they are is beyond what rows can tell")

// logDensity is log p of a column's own density at the rows, by spacings.
func (s *Sample) logDensity(j int) []float64 {
	_, terms, err := rbig.Entropy(s.values[j])
	if err != nil {
		return make([]float64, s.n) // a Sample has rows enough, and finite ones
	}
	for i := range terms {
		terms[i] = -terms[i]
	}
	return terms
}

// looksNormal is the test of Jarque & Bera 1987 at the level of a thousandth: twice as many rows, a finer look.
func looksNormal(values []float64) bool {
	n := float64(len(values))
	m := mean(values)
	var second, third, fourth float64
	for _, v := range values {
		e := v - m
		second += e * e / n
		third += e * e * e / n
		fourth += e * e * e * e / n
	}
	skew, excess := third/math.Pow(second, 1.5), fourth/(second*second)-3
	return n/6*(skew*skew+excess*excess/4) < 13.8
}

// readCopula is log c of the sample's copula at other rows, given as normal scores in it.
func (s *Sample) readCopula(z *mat.Dense) (points, error) {
	e, err := s.elliptical(s.all())
	if err != nil {
		return points{}, err
	}
	remains, err := s.leaves(s.all())
	if err != nil {
		return points{}, err
	}
	p := e.at(z)
	bias, noise := normalBias(s.n, len(s.columns))
	p.bias, p.noise = -bias, -noise // fitted to other rows it is as much too low as it is too high on its own
	if !remains || s.config.Remainder == None {
		return p, nil
	}
	over, err := s.readSteps(e, z)
	return p.plus(1, points{row: over}), err
}

// readSteps is what the columns gain one after another at normal scores z, by conditionals that are fitted to the sample's own rows.
func (s *Sample) readSteps(e *elliptical, z *mat.Dense) ([]float64, error) {
	n, _ := z.Dims()
	mine := stepsAfter(0, e.successive(e.spread(s.scoredOf(s.all()))))
	theirs := stepsAfter(0, e.successive(e.valuesAt(z)))
	members := membersOf(len(mine))
	mixed := initializers.NewRand(s.config.Seed, 6).Perm(s.n) // the last rows are validated on, and rows may be in order
	v := viewOf(s.zScores(s.all()), mixed, mine, len(mine)*members)
	gains := make([][]float64, len(mine))
	err := initializers.EachColumn(len(mine), func(j int) error {
		if err := s.config.ended(); err != nil {
			return err
		}
		c, err := s.fitConditional(mine[j], v, members)
		if err != nil {
			return err
		}
		gains[j], err = c.gain(theirs[j].score, z, span(0, n))
		return err
	})
	if err != nil {
		return nil, err
	}
	sum := make([]float64, n)
	for _, g := range gains {
		floats.Add(sum, g)
	}
	return sum, nil
}
