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
	slow    = 2000 // rows drawn from a density that takes as many steps for a row as it has columns
	shown   = 4000 // rows of the table in figures that need few; medians and histograms take all
)

// study is what the sections of a page are made from.
type study struct {
	Input
	law     law
	flow    *flows.Flow // the density, where it is a flow, else nil: what needs latents is of flows
	names   []string    // of the density's d columns
	fields  []*field    // the same columns, as the page shows them
	quanta  []float64   // of the density's columns, 0: fitted as they are
	rows    *mat.Dense
	logProb []float64  // of rows
	index   []int      // of the rows in some, ascending
	plain   *mat.Dense // those rows
	some    *mat.Dense // those rows, spread as they were for the fit
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

// law is what the page asks of a model: log p of rows, and rows.
type law interface {
	LogProb(x mat.Matrix) ([]float64, error)
	Sample(n int, rng *rand.Rand) (*mat.Dense, error)
}

// kinds are what the columns of the model's schema are, by name; none where it has no schema.
func (in Input) kinds() map[string]*columns.Column {
	kinds := map[string]*columns.Column{}
	for _, c := range in.Model.Schema.Modelled() {
		kinds[c.Name] = c
	}
	return kinds
}

// sample draws from the model. A sample that is not finite, as float32 has them far out, is left out; a missing cell is none of those.
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

// choose copies rows and columns of x by index; nil: all.
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

// spread adds uniform noise of one step to the columns that the model was fitted to in that way. The model knows no
// ties, so only so can the rows be compared with its samples.
func (s *study) spread(x *mat.Dense) *mat.Dense {
	n, _ := x.Dims()
	for j, q := range s.quanta {
		for i := 0; q > 0 && i < n; i++ {
			x.Set(i, j, x.At(i, j)+q*(s.rng.Float64()-0.5))
		}
	}
	return x
}

// number is what row i is called.
func (s *study) number(i int) int {
	if s.Numbers != nil {
		return s.Numbers[i]
	}
	return i + 1
}

func finite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// onlyFinite are the finite ones of v, and how many are not.
func onlyFinite(v []float64) (kept []float64, left int) {
	for _, x := range v {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			kept = append(kept, x)
		}
	}
	return kept, len(v) - len(kept)
}
