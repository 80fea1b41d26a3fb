package report

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/flows"
)

const (
	sampled = 4000 // rows drawn from a flow
	slow    = 2000 // rows drawn from an any-order density, which takes one step for each column of a row
	shown   = 4000 // rows of the table in figures that need only some; medians and histograms use all
)

// study holds what the sections of a page are made from.
type study struct {
	Input
	law     law
	flow    *flows.Flow // the density if it is a flow, else nil; sections about latents need one
	names   []string    // of the density's d columns
	fields  []*field    // the same columns, as the page shows them
	quanta  []float64   // steps by which the density's columns were dequantized; 0 for none
	rows    *mat.Dense
	logProb []float64  // of rows
	index   []int      // row numbers of the rows in some, ascending
	plain   *mat.Dense // those rows
	some    *mat.Dense // those rows, with noise as in the fit
	samples *mat.Dense
	// sampleLogProb is log p of samples.
	sampleLogProb []float64
	rng           *rand.Rand
}

func newStudy(in Input) (*study, error) {
	s := &study{Input: in, flow: in.Model.Flow, law: in.Model.Flow, rng: rand.New(rand.NewPCG(in.Seed, 0x7265706f7274))}
	if in.Model.Mixed != nil {
		s.flow, s.law = nil, in.Model.Mixed
	}
	if s.Name == "" {
		s.Name = "the table"
	}
	var kept []int
	for j, c := range in.Model.Columns {
		if !c.Dropped {
			kept = append(kept, j)
			s.names = append(s.names, c.Name)
			s.quanta = append(s.quanta, 0)
		}
	}
	copy(s.quanta, in.Model.Quanta)
	s.rows = choose(in.Rows, nil, kept)
	var err error
	if s.logProb, err = s.law.LogProb(s.rows); err != nil {
		return nil, err
	}
	n, _ := s.rows.Dims()
	s.index = s.rng.Perm(n)[:min(n, shown)]
	slices.Sort(s.index)
	s.plain = choose(s.rows, s.index, nil)
	s.some = s.spread(mat.DenseCopyOf(s.plain))
	if err := s.sample(); err != nil {
		return nil, err
	}
	kinds := in.kinds()
	for j, name := range s.names {
		s.fields = append(s.fields, newField(name, kinds[name], s.quanta[j], mat.Col(nil, j, s.rows), mat.Col(nil, j, s.samples)))
	}
	return s, nil
}

// law is what the page needs of a model: log p of rows, and samples.
type law interface {
	LogProb(x mat.Matrix) ([]float64, error)
	Sample(n int, rng *rand.Rand) (*mat.Dense, error)
}

// kinds describes the columns of the model's schema, by name; it is empty if there is no schema.
func (in Input) kinds() map[string]*columns.Column {
	kinds := map[string]*columns.Column{}
	for _, c := range in.Model.Schema.Modelled() {
		kinds[c.Name] = c
	}
	return kinds
}

// sample draws from the model. Samples that are not finite, which float32 can produce far out, are left out; missing cells are
// allowed.
func (s *study) sample() (err error) {
	if s.flow != nil {
		s.samples, s.sampleLogProb, err = s.flow.SampleAndLogProb(sampled, s.rng)
	} else if s.samples, err = s.law.Sample(slow, s.rng); err == nil {
		s.sampleLogProb, err = s.law.LogProb(s.samples)
	}
	if err != nil || s.flow == nil || finite(s.samples.RawMatrix().Data) {
		return err
	}
	var kept []int
	var logProb []float64
	for i, lp := range s.sampleLogProb {
		if finite(s.samples.RawRowView(i)) {
			kept, logProb = append(kept, i), append(logProb, lp)
		}
	}
	if len(kept) == 0 {
		return &UnfitError{"no sample of the model is finite, want a model that can be sampled"}
	}
	s.samples, s.sampleLogProb = choose(s.samples, kept, nil), logProb
	return nil
}

// choose copies rows and columns of x by index; nil stands for all.
func choose(x mat.Matrix, rows, columns []int) *mat.Dense {
	n, d := x.Dims()
	rows, columns = orAll(rows, n), orAll(columns, d)
	out := mat.NewDense(len(rows), len(columns), nil)
	for k, i := range rows {
		for l, j := range columns {
			out.Set(k, l, x.At(i, j))
		}
	}
	return out
}

func orAll(index []int, n int) []int {
	if index != nil {
		return index
	}
	index = make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}

// spread adds uniform noise of one step to the columns that were dequantized for the fit. The model has no ties, so
// only then are the rows comparable with its samples.
func (s *study) spread(x *mat.Dense) *mat.Dense {
	n, _ := x.Dims()
	for j, q := range s.quanta {
		for i := 0; q > 0 && i < n; i++ {
			x.Set(i, j, x.At(i, j)+q*(s.rng.Float64()-0.5))
		}
	}
	return x
}

// number is the number by which row i is identified.
func (s *study) number(i int) int {
	if s.Numbers != nil {
		return s.Numbers[i]
	}
	return i + 1
}

func finite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// onlyFinite are the finite values of v, and the number of others.
func onlyFinite(v []float64) (kept []float64, left int) {
	for _, x := range v {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			kept = append(kept, x)
		}
	}
	return kept, len(v) - len(kept)
}
