package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	travellers   = 700
	journeySteps = 24 // the most pictures; for a deeper flow evenly spaced layers are shown
)

// journey shows rows after each layer of a flow of two columns.
type journey struct {
	Pictures []picture
	Rows     int
	Layers   int
	All      bool // every layer is shown
}

// journey is nil if the model is no flow of two columns.
func (s *study) journey() (*journey, error) {
	if s.flow == nil || len(s.names) != 2 {
		return nil, nil
	}
	n, _ := s.some.Dims()
	n = min(n, travellers)
	x := s.some.Slice(0, n, 0, 2)
	stages, err := s.flow.Intermediates(x)
	if err != nil {
		return nil, err
	}
	layers := s.flow.Layers()
	j := &journey{Rows: n, Layers: len(layers), All: len(stages) <= journeySteps}
	parts := quarters(mat.Col(nil, 0, x))
	for _, k := range evenly(len(stages), journeySteps) {
		title := "the rows"
		if k > 0 {
			title = fmt.Sprintf("%d  %s", k, layers[k-1].Name)
		}
		pic, err := s.stage(stages[k], title, k == 0, parts)
		if err != nil {
			return nil, err
		}
		j.Pictures = append(j.Pictures, pic)
	}
	return j, nil
}

// stage draws the rows at the output of one layer. The rows of each quarter of the first column keep their colour
// through all layers.
func (s *study) stage(x *mat.Dense, title string, first bool, parts []int) (picture, error) {
	p := panel(short(title, 30), "", "")
	u, v := mat.Col(nil, 0, x), mat.Col(nil, 1, x)
	for part, c := range []color.Color{data, model, reference, violet} {
		d := dots{size: 2.6, colour: c}
		for i := range u {
			if parts[i] == part {
				d.x2y(u[i], v[i])
			}
		}
		p.Add(d)
	}
	if first {
		window(p, s.fields[0].window, s.fields[1].window)
	} else {
		fu, _ := onlyFinite(u)
		fv, _ := onlyFinite(v)
		limit := 1.0
		for _, w := range [][]float64{fu, fv} {
			slices.Sort(w)
			if len(w) > 0 {
				m := middle(w, 0.99)
				limit = max(limit, math.Abs(m.lo), math.Abs(m.hi))
			}
		}
		window(p, span{-limit, limit}, span{-limit, limit})
	}
	return one("The rows after "+title+".", 230, 230, p)
}

// quarters says for each value in which quarter of v, by rank, it lies.
func quarters(v []float64) []int {
	order := orAll(nil, len(v))
	slices.SortStableFunc(order, func(a, b int) int { return compareOdd(v[a], v[b]) })
	part := make([]int, len(v))
	for rank, i := range order {
		part[i] = 4 * rank / len(v)
	}
	return part
}

// evenly are at most most evenly spaced indexes below n, including the first and the last.
func evenly(n, most int) []int {
	if n <= most {
		return orAll(nil, n)
	}
	out := make([]int, most)
	for i := range out {
		out[i] = i * (n - 1) / (most - 1)
	}
	return out
}
