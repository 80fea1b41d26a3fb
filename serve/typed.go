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

// typed is a model of a table of typed columns, whose cells are read and written as in the table. The density is a flow of numbers,
// or an any-order density, which has no latents.
type typed struct {
	table
	read    []func(text string) (v float64, why string)
	written []*columns.Column
	some    []float64 // an example value for each column that is read
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

// described is what a client has to know about a column.
func described(c *columns.Column) Column {
	typical := c.Min + (c.Max-c.Min)/2
	if len(c.Levels) > 0 {
		typical = 0
	}
	text := string(c.Append(nil, typical))
	return Column{Name: c.Name, Typical: text, Text: !json.Valid([]byte(text)) || len(c.Levels) > 0 || !c.Form.Plain()}
}

// Schema describes the columns of tables to read.
func (t *typed) Schema() *columns.Schema { return t.model.Schema }

// Latents is the number of the flow's columns, 0 if the density is no flow.
func (t *typed) Latents() int {
	if t.model.Flow == nil {
		return 0
	}
	return t.model.Flow.Dim()
}

// typedCard is what is known about the model, without lengthy parts.
type typedCard struct {
	Columns  []columns.Column  `json:"columns"`
	Config   tabular.Config    `json:"config"`
	Training tabular.Training  `json:"training"`
	Warnings []tabular.Warning `json:"warnings,omitempty"`
}

// Card is the facts of the model, including columns that have no density.
func (t *typed) Card() any {
	c := typedCard{t.model.Schema.Columns, t.model.Config, t.model.Training, t.model.Warnings}
	c.Training.History = nil
	return c
}

// Value is the value of a cell as its column writes it; NaN if it is missing.
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

// Score answers for every row; for a row without an answer, or an impossible one, failed has the reason.
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

// gaps are the reasons why rows with a missing cell have no latents; nil if no cell is missing. whole is x with a number
// in place of each missing cell.
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
	return t.drawn(x, rng), nil
}

// drawn adds the other written columns to rows that are drawn.
func (t *typed) drawn(x *mat.Dense, rng *rand.Rand) *mat.Dense {
	return t.completed(x, func(row []float64) []float64 { return t.model.Schema.Draw(row, rng) })
}

// complete adds the other written columns to rows of the modelled ones: derived columns are computed, and constants have their
// value.
func (t *typed) complete(x *mat.Dense) *mat.Dense {
	return t.completed(x, t.model.Schema.Complete)
}

func (t *typed) completed(x *mat.Dense, of func(row []float64) []float64) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(t.written), nil)
	for i := range n {
		row := out.RawRowView(i)
		copy(row, of(x.RawRowView(i)))
		for j, c := range t.written {
			if c.Kind == columns.Constant {
				row[j] = 0
			}
		}
	}
	return out
}
