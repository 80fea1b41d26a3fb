package info

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
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

// looksNormal is the test of Jarque & Bera 1987 and that of Anderson & Darling 1954, each at the level of a thousandth: the first looks at the
// tails, the second at all else, as at two humps. Twice as many rows, a finer look.
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
	return n/6*(skew*skew+excess*excess/4) < 13.8 && andersonDarling(values) < 1.45
}

// andersonDarling is A²(1 + 0.75/n + 2.25/n²) of values in units of their own mean and deviation, A² = −n − Σ (2i−1)/n·[log Φ(z_i) + log Φ(−z_{n+1−i})];
// beyond 1.45 is a thousandth of normal samples.
//
// Source: D'Agostino & Stephens 1986, Goodness-of-Fit Techniques, table 4.9.
func andersonDarling(values []float64) float64 {
	sorted, n := slices.Sorted(slices.Values(values)), len(values)
	m := mean(sorted)
	std := math.Sqrt(variance(sorted, m))
	f, sum := float64(n), 0.0
	for i := range sorted {
		sum += float64(2*i+1) / f * (kernel.LogCDF((sorted[i]-m)/std) + kernel.LogCDF(-(sorted[n-1-i]-m)/std))
	}
	return (-f - sum) * (1 + 0.75/f + 2.25/(f*f))
}

// readCopula is log c of the sample's copula at other rows, given as normal scores in it (n×d): of groups of columns that do not depend on each
// other the sum of theirs. Each is estimated as it is of the sample's own rows, so that where these are of one law with the others what an
// estimate misses is missing on both sides.
func (s *Sample) readCopula(z *mat.Dense) (points, error) {
	parts, err := s.apart(s.all())
	if err != nil {
		return points{}, err
	}
	n, _ := z.Dims()
	p := points{row: make([]float64, n)}
	for _, part := range parts {
		if len(part) < 2 {
			continue
		}
		q, err := s.readPart(part, columnsAt(z, part))
		if err != nil {
			return points{}, err
		}
		p = p.plus(1, q)
	}
	return p, nil
}

// readPart is readCopula of a sorted group, z its columns alone.
func (s *Sample) readPart(group []int, z *mat.Dense) (points, error) {
	e, err := s.elliptical(group)
	if err != nil {
		return points{}, err
	}
	there, err := s.leaves(group)
	if err != nil {
		return points{}, err
	}
	p := e.at(z)
	bias, noise := normalBias(s.n, len(group))
	p.bias, p.noise = -bias, -noise // fitted to other rows it is as much too low as it is too high on its own
	how := s.how(len(group))
	if !there || how == None {
		return p, nil
	}
	over, err := s.readRemainder(e, group, z, how)
	return p.plus(1, points{row: over}), err
}

// readRemainder is what the elliptical copula e of a group leaves at normal scores z.
func (s *Sample) readRemainder(e *elliptical, group []int, z *mat.Dense, how Remainder) ([]float64, error) {
	if how == Neighbours {
		return byNeighbours(e.gaussianizedAt(z), e.gaussianized(s.scoredOf(group)), false, s.config.ended)
	}
	return s.readSteps(e, group, z)
}

// scatter is the variance that a row's log c has of nearest neighbours: trigamma(k) in each group that they are taken for.
func (s *Sample) scatter() (sum float64, err error) {
	parts, err := s.apart(s.all())
	if err != nil {
		return 0, err
	}
	for _, part := range parts {
		if len(part) < 2 || s.how(len(part)) != Neighbours {
			continue
		}
		there, err := s.leaves(part)
		if err != nil {
			return 0, err
		}
		if there {
			sum += trigamma(neighbours)
		}
	}
	return sum, nil
}

// readSteps is what the columns gain one after another at normal scores z, by conditionals that are fitted to as many of the sample's own rows as
// those are that judge its other rows.
func (s *Sample) readSteps(e *elliptical, group []int, z *mat.Dense) ([]float64, error) {
	n, _ := z.Dims()
	mine := stepsAfter(0, e.successive(e.spread(s.scoredOf(group))))
	theirs := stepsAfter(0, e.successive(e.valuesAt(z)))
	members := membersOf(len(mine))
	folds := s.folds()
	v := viewOf(s.zScores(group), folds[0].others, mine, len(folds))
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
