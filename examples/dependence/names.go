package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/info"
)

// levels is how many equally likely names there are.
const levels = 3

// A shifted is a law of a name and a number: the number is normal with the mean by times the index of the name.
type shifted struct{ by float64 }

// truth is the mutual information of the name and the number, by quadrature.
func (s shifted) truth() float64 {
	if s.by == 0 {
		return 0
	}
	const steps, reach = 20000, 8.0
	h, step := 0.0, (2*reach+s.by*(levels-1))/steps
	for i := range steps {
		y, p := -reach+(float64(i)+0.5)*step, 0.0
		for c := range levels {
			p += density(y-s.by*float64(c), 1) / levels
		}
		h -= p * math.Log(p) * step
	}
	return h - 0.5*math.Log(2*math.Pi*math.E)
}

// sample draws n rows of a name and a number.
func (s shifted) sample(n int, rng *rand.Rand) (*info.Sample, error) {
	schema := &columns.Schema{Columns: []columns.Column{{Name: "name", Kind: columns.Category}, {Name: "number", Kind: columns.Numbers}}}
	for c := range levels {
		schema.Columns[0].Levels = append(schema.Columns[0].Levels, columns.Level{Text: fmt.Sprint(c)})
	}
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		c := float64(rng.IntN(levels))
		x.SetRow(i, []float64{c, s.by*c + rng.NormFloat64()})
	}
	return info.OfTable(schema, x, info.Config{})
}

// nameStudies are about the mutual information of a name and a number.
func nameStudies() (all []study) {
	for _, n := range []int{400, 3000} {
		for _, by := range []float64{0, 0.5, 2, 4} {
			s := shifted{by}
			all = append(all, study{name: fmt.Sprintf("MI, a name and a number, shift %g, n = %4d", by, n), truth: s.truth(), within: 0.01, estimate: func(rng *rand.Rand) (info.Estimate, error) {
				sample, err := s.sample(n, rng)
				if err != nil {
					return info.Estimate{}, err
				}
				return sample.MutualInformation([]int{0}, []int{1})
			}})
		}
	}
	return all
}
