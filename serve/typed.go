package serve

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/rows"
	"gaussflow/tabular"
)

// typed is a model of a table of typed columns: its cells are read and written as the table's were. The density is a flow of numbers, or
// one of mixed columns, which has no latents.
type typed struct {
	table
	read    []func(text string) (v float64, why string)
	written []*columns.Column
	some    []float64 // a value of each column that is read
}

func ofTyped(m *tabular.Model) (Model, error) {
	t := &typed{table: table{model: m}, written: m.Schema.Written()}
	for _, name := range m.Reads() {
		c, ok := m.Schema.Column(name)
		if !ok {
			return nil, errors.New("serve: OfTabular: the Model reads a column that its Schema has not: tabular.FitTable or Load makes one")
		}
		t.read, t.reads = append(t.read, c.Reader()), append(t.reads, described(c))
		t.some = append(t.some, c.Min)
	}
	for _, c := range t.written {
		t.writes = append(t.writes, described(c))
	}
	return t, nil
}

// described is what a client has to know of a column.
func described(c *columns.Column) Column {
	typical := c.Min + (c.Max-c.Min)/2
	if len(c.Levels) > 0 {
		typical = 0
	}
	text := string(c.Append(nil, typical))
	return Column{Name: c.Name, Typical: text, Text: !json.Valid([]byte(text)) || len(c.Levels) > 0 || !c.Form.Plain()}
}

// Schema is what the columns are, by which tables are read.
func (t *typed) Schema() *columns.Schema { return t.model.Schema }

// Latents are as many as the flow has columns, none where the density is no flow.
func (t *typed) Latents() int {
	if t.model.Flow == nil {
		return 0
	}
	return t.model.Flow.Dim()
}

// typedCard is what is known of the model without what takes pages.
type typedCard struct {
	Columns  []columns.Column  `json:"columns"`
	Config   tabular.Config    `json:"config"`
	Training tabular.Training  `json:"training"`
	Warnings []tabular.Warning `json:"warnings,omitempty"`
}

// Card is the facts of the model, columns that have no density among them.
func (t *typed) Card() any {
	c := typedCard{t.model.Schema.Columns, t.model.Config, t.model.Training, t.model.Warnings}
	c.Training.History = nil
	return c
}

// Value is that of a cell as its column writes them, NaN of a missing one.
func (t *typed) Value(column int, text []byte) (float64, error) {
	v, why := t.read[column](string(text))
	if why != "" {
		return v, errors.New("is not as it was: " + why)
	}
	return v, nil
}

// AppendText appends v as a cell of the column.
func (t *typed) AppendText(dst []byte, column int, v float64) []byte {
	return t.written[column].Append(dst, v)
}

// Score answers for every row; the reason of one without an answer, or that cannot be, is its failure.
func (t *typed) Score(x *mat.Dense) (logProb, tail []float64, failed []error, err error) {
	scores, err := t.model.Score(x)
	if err != nil {
		return nil, nil, nil, err
	}
	logProb, tail = make([]float64, len(scores)), make([]float64, len(scores))
	for i, s := range scores {
		logProb[i], tail[i] = s.LogProb, s.Tail
		if len(t.model.Reference) == 0 {
			tail[i] = math.NaN()
		}
		if s.Reason == "" {
			continue
		}
		if failed == nil {
			failed = make([]error, len(scores))
		}
		failed[i] = errors.New(s.Reason)
	}
	return logProb, tail, failed, nil
}

var errNoLatents = refuse(http.StatusUnprocessableEntity, "%v", tabular.ErrNoLatents)

func (t *typed) Transform(x *mat.Dense) (z *mat.Dense, failed []error, err error) {
	if t.model.Flow == nil {
		return nil, nil, errNoLatents
	}
	gaps, whole := t.gaps(x)
	z, failed, err = t.table.Transform(whole)
	if err != nil || gaps == nil {
		return z, failed, err
	}
	for i, gap := range gaps {
		if gap == nil && failed != nil {
			gaps[i] = failed[i]
		}
	}
	return z, gaps, nil
}

// gaps are why rows with a missing cell have no latents, nil where all cells are there; whole has a number in their place.
func (t *typed) gaps(x *mat.Dense) (gaps []error, whole *mat.Dense) {
	n, _ := x.Dims()
	whole = x
	for i := range n {
		for j, v := range x.RawRowView(i) {
			if !math.IsNaN(v) {
				continue
			}
			if gaps == nil {
				gaps, whole = make([]error, n), mat.DenseCopyOf(x)
			}
			gaps[i] = errors.New("no value in " + t.reads[j].Name)
			whole.Set(i, j, t.some[j])
		}
	}
	return gaps, whole
}

func (t *typed) Inverse(z *mat.Dense) (x *mat.Dense, failed []error, err error) {
	if t.model.Flow == nil {
		return nil, nil, errNoLatents
	}
	x, failed, err = t.mapped("serve: Inverse", z, len(t.model.Columns), t.inverse)
	if err != nil {
		return nil, nil, err
	}
	return t.complete(x), failed, nil
}

func (t *typed) inverse(z *mat.Dense) (*mat.Dense, error) { return t.model.Inverse(z) }

func (t *typed) Sample(n int, given []float64, rng *rand.Rand) (*mat.Dense, error) {
	if len(given) > 0 {
		return nil, &rows.ShapeError{Op: "serve: Sample", Got: "given numbers", Want: "none"}
	}
	x, err := t.model.DrawSeen(n, func(n int) (*mat.Dense, error) { return t.model.Sample(n, rng) })
	if err != nil {
		return nil, err
	}
	return t.complete(x), nil
}

// complete is rows of the modelled columns with the others that are written: computed from them, or of one value, which Append knows.
func (t *typed) complete(x *mat.Dense) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(t.written), nil)
	for i := range n {
		row := out.RawRowView(i)
		copy(row, t.model.Schema.Complete(x.RawRowView(i)))
		for j, c := range t.written {
			if c.Kind == columns.Constant {
				row[j] = 0
			}
		}
	}
	return out
}
