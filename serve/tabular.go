package serve

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/rows"
	"gaussflow/tabular"
)

// Load reads a model written by tabular.Model.Save, or a flow alone, whose columns are then those that it names, or x1, x2, …
func Load(path string) (Model, error) {
	m, err := tabular.Load(path)
	if errors.Is(err, tabular.ErrNoTable) {
		var flow *flows.Flow
		if flow, err = flows.Load(path); err == nil {
			m, err = tabular.OfFlow(flow)
		}
	}
	if err != nil {
		return nil, err
	}
	return OfTabular(m)
}

// OfTabular makes a Model of a tabular model. It returns an error if m is nil or has no density.
func OfTabular(m *tabular.Model) (Model, error) {
	if m != nil && m.Schema != nil {
		return ofTyped(m)
	}
	if m == nil || m.Flow == nil || m.Flow.Dim() < 1 || len(m.Reads()) != m.Flow.Dim()+m.Flow.ContextDim() {
		return nil, errors.New("serve: OfTabular: the Model is nil, has no Flow or not the Flow's columns: tabular.Fit or Load makes one")
	}
	t := &table{model: m}
	for _, c := range m.Columns {
		written := Column{Name: c.Name, Typical: strconv.FormatFloat(c.Mean, 'g', 6, 64)}
		t.writes = append(t.writes, written)
		if !c.Dropped {
			t.reads = append(t.reads, written)
		}
	}
	for _, name := range m.Given {
		given := Column{Name: name, Given: true}
		t.reads, t.writes = append(t.reads, given), append(t.writes, given)
	}
	return t, nil
}

// table is a model of a table of plain numbers.
type table struct {
	model         *tabular.Model
	reads, writes []Column
}

func (t *table) Reads() []Column  { return t.reads }
func (t *table) Writes() []Column { return t.writes }
func (t *table) Latents() int     { return t.model.Flow.Dim() }

// card is what is known about a tabular model, without the lengthy history of its fit.
type card struct {
	Dtype    string            `json:"dtype"`
	Layers   int               `json:"layers"`
	Columns  []tabular.Column  `json:"columns"`
	Config   tabular.Config    `json:"config"`
	Training tabular.Training  `json:"training"`
	Warnings []tabular.Warning `json:"warnings,omitempty"`
}

// Card is the facts of the model.
func (t *table) Card() any {
	c := card{Dtype: string(t.model.Flow.Dtype()), Layers: len(t.model.Flow.Layers()), Columns: t.model.Columns,
		Config: t.model.Config, Training: t.model.Training, Warnings: t.model.Warnings}
	c.Training.History = nil
	return c
}

// Value is the value of a cell that must be a finite number.
func (t *table) Value(_ int, text []byte) (float64, error) { return finite(text) }

// AppendText appends v in the fewest digits that read back as v.
func (t *table) AppendText(dst []byte, _ int, v float64) []byte { return appendNumber(dst, v) }

func (t *table) Score(x *mat.Dense) (logProb, tail []float64, failed []error, err error) {
	if err = rows.Check("serve: Score", x, len(t.reads)); err != nil {
		return nil, nil, nil, err
	}
	n, _ := x.Dims()
	logProb, tail = make([]float64, n), make([]float64, n)
	failed, err = each(x, func(x *mat.Dense, from int) error {
		lp, err := t.model.Flow.LogProb(x)
		copy(logProb[from:], lp)
		return err
	})
	for i, lp := range logProb {
		tail[i] = math.NaN()
		if len(t.model.Reference) > 0 {
			tail[i] = t.model.Reference.Share(lp)
		}
	}
	return logProb, tail, failed, err
}

func (t *table) Transform(x *mat.Dense) (z *mat.Dense, failed []error, err error) {
	return t.mapped("serve: Transform", x, t.Latents(), func(x *mat.Dense) (*mat.Dense, error) {
		z, _, err := t.model.Flow.Forward(x)
		return z, err
	})
}

func (t *table) Inverse(z *mat.Dense) (x *mat.Dense, failed []error, err error) {
	return t.mapped("serve: Inverse", z, len(t.writes), func(z *mat.Dense) (*mat.Dense, error) {
		x, err := t.model.Inverse(z)
		if err != nil || len(t.model.Given) == 0 {
			return x, err
		}
		_, d := z.Dims()
		return beside(x, z.Slice(0, z.RawMatrix().Rows, t.Latents(), d)), nil
	})
}

// mapped applies f, which returns rows of width numbers, to the rows of x.
func (t *table) mapped(op string, x *mat.Dense, width int, f func(*mat.Dense) (*mat.Dense, error)) (*mat.Dense, []error, error) {
	if err := rows.Check(op, x, len(t.reads)); err != nil { // z with the given values has the same number of columns
		return nil, nil, err
	}
	n, _ := x.Dims()
	out := mat.NewDense(n, width, nil)
	failed, err := each(x, func(x *mat.Dense, from int) error {
		y, err := f(x)
		if err == nil {
			copy(out.RawMatrix().Data[from*width:], y.RawMatrix().Data)
		}
		return err
	})
	return out, failed, err
}

func (t *table) Sample(n int, given []float64, rng *rand.Rand) (*mat.Dense, error) {
	if len(given) != len(t.model.Given) {
		return nil, &rows.ShapeError{Op: "serve: Sample", Got: fmt.Sprintf("%d given numbers", len(given)), Want: fmt.Sprint(len(t.model.Given))}
	}
	if len(t.model.Given) == 0 {
		return t.model.Sample(n, rng)
	}
	context := mat.NewDense(1, len(given), given)
	x, err := t.model.SampleGiven(context, n, rng)
	if err != nil {
		return nil, err
	}
	return beside(x, context), nil
}

// beside is x with given after each row; given has one row for all rows of x, or one for each.
func beside(x, given mat.Matrix) *mat.Dense { return mat.DenseCopyOf(flows.Given(x, given)) }

// each applies f, which stores its results for x from row from on, to all rows at once; if one of them has no result, it applies f
// to one row after the other, so that a row that is too far out does not affect the others. A single row is computed as two equal
// rows: see together.
func each(x *mat.Dense, f func(x *mat.Dense, from int) error) (failed []error, err error) {
	var row *flows.RowError
	if err = f(x, 0); !errors.As(err, &row) {
		return nil, err
	}
	n, d := x.Dims()
	failed, two := make([]error, n), mat.NewDense(2, d, nil)
	for i := range n {
		two.SetRow(0, x.RawRowView(i))
		two.SetRow(1, x.RawRowView(i)) // its result is overwritten by that of the next row
		err = f(two, i)
		if errors.As(err, &row) {
			failed[i], err = errors.New(row.Reason()), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return failed, nil
}
