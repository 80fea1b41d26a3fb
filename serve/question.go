package serve

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// A question is an operation on rows: what is read of each row, what is computed, and what is written.
type question struct {
	reads   []Column
	value   func(column int, text []byte) (float64, error)
	compute func(x *mat.Dense) (out *mat.Dense, failed []error, err error)
	writes  []Column
	text    func(dst []byte, column int, v float64) []byte
	schema  *columns.Schema // of the tables that are read; nil if all cells are numbers
	place   map[string]int  // index of each column that is read
}

func newQuestion(q question) *question {
	q.place = make(map[string]int, len(q.reads))
	for j, c := range q.reads {
		q.place[c.Name] = j
	}
	return &q
}

// numbered are numeric columns with these names.
func numbered(names []string) []Column {
	columns := make([]Column, len(names))
	for j, name := range names {
		columns[j].Name = name
	}
	return columns
}

// number writes a number if no column says how it is written.
func number(dst []byte, _ int, v float64) []byte { return appendNumber(dst, v) }

// schemaOf describes the columns of a model's tables; nil if all are plain numbers.
func schemaOf(m Model) *columns.Schema {
	if t, ok := m.(interface{ Schema() *columns.Schema }); ok {
		return t.Schema()
	}
	return nil
}

// scoreOf is the question for log p and the tail probability.
func scoreOf(m Model) *question {
	return newQuestion(question{reads: m.Reads(), value: m.Value, schema: schemaOf(m), writes: numbered([]string{"log_prob", "tail_probability"}), text: number,
		compute: func(x *mat.Dense) (*mat.Dense, []error, error) {
			logProb, tail, failed, err := m.Score(x)
			if err != nil {
				return nil, nil, err
			}
			out := mat.NewDense(len(logProb), 2, nil)
			for i, lp := range logProb {
				out.SetRow(i, []float64{lp, tail[i]})
			}
			return out, failed, nil
		}})
}

// transformOf is the question for latents.
func transformOf(m Model) *question {
	return newQuestion(question{reads: m.Reads(), value: m.Value, schema: schemaOf(m), compute: m.Transform, writes: numbered(latents(m)), text: number})
}

// inverseOf is the question for the rows of latents.
func inverseOf(m Model) *question {
	reads, offset := numbered(latents(m)), len(m.Reads())-m.Latents()
	given := m.Reads()[len(m.Reads())-offset:]
	value := func(column int, text []byte) (float64, error) {
		if at := column - m.Latents(); at >= 0 {
			return m.Value(len(m.Reads())-offset+at, text)
		}
		return finite(text)
	}
	return newQuestion(question{reads: append(reads, given...), value: value, compute: m.Inverse, writes: m.Writes(), text: m.AppendText})
}

// A batch is consecutive rows of a body with their answers.
type batch struct {
	n       int
	values  []float64 // n×reads
	reasons []error   // for each row, why it cannot be computed, or nil
	out     []float64 // n×writes
}

// batchSize is the number of rows that a flow computes at once.
const batchSize = 512

// reset makes room for rows of d numbers.
func (b *batch) reset(d int) {
	b.n, b.reasons = 0, b.reasons[:0]
	if cap(b.values) < batchSize*d {
		b.values = make([]float64, batchSize*d)
	}
	b.values = b.values[:batchSize*d]
}

func (b *batch) full() bool { return b.n == batchSize }

// add completes a row, which has been appended to values.
func (b *batch) add(reason error) {
	b.n++
	b.reasons = append(b.reasons, reason)
}

// answer computes the rows that can be computed.
func (q *question) answer(b *batch) error {
	d, w := len(q.reads), len(q.writes)
	if cap(b.out) < b.n*w {
		b.out = make([]float64, batchSize*w)
	}
	b.out = b.out[:b.n*w]
	good := make([]int, 0, b.n) // indexes in b of the rows that can be computed
	for i, reason := range b.reasons {
		if reason == nil {
			copy(b.values[len(good)*d:], b.values[i*d:(i+1)*d])
			good = append(good, i)
		}
	}
	if len(good) == 0 {
		return nil
	}
	out, failed, err := q.compute(mat.NewDense(len(good), d, b.values[:len(good)*d]))
	if err != nil {
		return err
	}
	for k, i := range good {
		copy(b.out[i*w:(i+1)*w], out.RawRowView(k))
		if failed != nil {
			b.reasons[i] = failed[k]
		}
	}
	return nil
}

// known reports whether v can be written as a number in JSON.
func known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
