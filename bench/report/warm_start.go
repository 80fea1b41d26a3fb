package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
)

const warmComponents = 8

// warmStarts times the mixture fits of InitFrom and of scikit-learn, column by column on the same tables.
func warmStarts(m *meter, _ *report) (section, error) {
	s := section{Unit: "mean log-likelihood of a column, nats, mean over the columns"}
	wide := initializers.NewRand(5, 0)
	small, err := moons(5000)
	if err != nil {
		return s, err
	}
	tables := []*mat.Dense{small, mixed(50_000, 43, wide.Float64, wide.NormFloat64)}
	if m.quick {
		tables[1] = mixed(2000, 5, wide.Float64, wide.NormFloat64)
	}
	for _, x := range tables {
		n, d := x.Dims()
		name := fmt.Sprintf("%d×%d", n, d)
		if !m.wanted("warmstart", name) {
			continue
		}
		results, worst, err := m.warmStart(name, x)
		if err != nil {
			return s, err
		}
		s.Cases = append(s.Cases, results...)
		if worst != "" {
			s.Notes = append(s.Notes, worst)
		}
	}
	return s, nil
}

func (m *meter) warmStart(name string, x *mat.Dense) (results []result, worst string, err error) {
	path, err := writeNpy(x)
	if err != nil {
		return nil, "", err
	}
	defer os.Remove(path)
	var ours []float64
	var theirs []float64
	field := []contestant{important(m.fits(x, &ours))}
	for _, k := range m.settings(sklearn) {
		q := request{Work: "warm_start", Path: path, Components: warmComponents}
		field = append(field, contestant{who: k.name(), outside: true, value: func() float64 { return mean(theirs) },
			do: func(n int) (l lap, err error) {
				for range n {
					r, err := m.ask(k, q)
					if err != nil {
						return l, err
					}
					theirs = r.LogLikelihoods
					l.seconds += r.Seconds / float64(n)
				}
				return l, nil
			}})
	}
	results = m.race(name, field)
	if len(theirs) == len(ours) {
		least := theirs[0] - ours[0]
		for j := range ours {
			least = max(least, theirs[j]-ours[j])
		}
		worst = fmt.Sprintf("%s: the column where scikit-learn does best beside us, its log-likelihood less ours: %+.2g nats.", name, least)
	}
	return results, worst, nil
}

// fits is this library's contestant: it does to every column of a block what InitFrom does.
func (m *meter) fits(x *mat.Dense, likelihoods *[]float64) contestant {
	_, d := x.Dims()
	*likelihoods = make([]float64, d)
	clamp := initializers.DefaultScaleClamp
	c := clocked("InitFrom's fits", func(n int) (time.Duration, error) {
		start := time.Now()
		for range n {
			err := initializers.EachColumn(d, func(j int) error {
				fit, _, err := initializers.Site{}.FitColumn(mat.Col(nil, j, x), j, warmComponents, clamp, graph.Float64)
				(*likelihoods)[j] = fit.LogLikelihood
				return err
			})
			if err != nil {
				return 0, err
			}
		}
		return time.Since(start), nil
	})
	c.value = func() float64 { return mean(*likelihoods) }
	return c
}

// mixed is a table of n rows whose columns are mixtures of three normals each, all different, with standard deviations
// near 1.
func mixed(n, d int, uniform, normal func() float64) *mat.Dense {
	x := mat.NewDense(n, d, nil)
	for j := range d {
		var centers, scales [3]float64
		for k := range centers {
			centers[k], scales[k] = 2*normal(), 0.1+uniform()
		}
		for i := range n {
			k := int(3 * uniform() * uniform())
			x.Set(i, j, (centers[k]+scales[k]*normal())/2)
		}
	}
	return x
}

// writeNpy stores x as numpy's format 1.0 in a temporary file.
func writeNpy(x *mat.Dense) (path string, err error) {
	f, err := os.CreateTemp("", "rows-*.npy")
	if err != nil {
		return "", err
	}
	defer f.Close()
	n, d := x.Dims()
	header := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", n, d)
	header += strings.Repeat(" ", 63-(len(header)+10)%64) + "\n" // so that the data starts at a multiple of 64
	prefix := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	if _, err := f.Write(slices.Concat(prefix, []byte(header))); err != nil {
		return "", err
	}
	return f.Name(), binary.Write(f, binary.LittleEndian, x.RawMatrix().Data)
}

func mean(v []float64) float64 {
	total := 0.0
	for _, x := range v {
		total += x
	}
	return total / float64(max(1, len(v)))
}
