package main

import (
	"math"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/tabular"
)

// meanDraws is how many draws a mean is computed from.
const meanDraws = 100

// A filling is one run of impute.
type filling struct {
	model    *tabular.Model
	columns  *fillable
	w        *data.RecordWriter
	seed     uint64
	draws    int
	numbered bool // whether the column "draw" is written
	mean     bool
	mark     bool

	left    int // number of rows with cells that were not filled
	leftAt  data.Place
	leftWhy string
}

// A filledRow is a row with its missing cells filled.
type filledRow struct {
	records [][]byte // one for each draw; nil for the row as it was read
	mark    string   // the columns filled
	why     string   // why a cell was not filled
}

// fill fills the rows of a batch. Its seed is derived from the run's seed and the number of its first row, so that it
// does not depend on which processor computes it.
func (f *filling) fill(b *batch) error {
	b.filled = make([]filledRow, len(b.places))
	open, which, err := f.open(b)
	if err != nil || len(which) == 0 {
		return err
	}
	_, d := b.x.Dims()
	x := mat.NewDense(len(which), d, nil)
	for r, i := range which {
		x.SetRow(r, b.x.RawRowView(i))
	}
	draws := f.draws
	if f.mean {
		draws = meanDraws
	}
	imputed, err := f.model.Mixed.Impute(x, draws, rand.New(rand.NewPCG(f.seed, uint64(b.places[0].Row))))
	if err != nil {
		return err
	}
	tables := imputed.Draws
	if f.mean {
		tables = []*mat.Dense{imputed.Mean}
	}
	for r, i := range which {
		row := &b.filled[i]
		for _, table := range tables {
			cells := f.columns.cells(open[i], table.RawRowView(r))
			record, err := f.w.Replace(nil, b.record(i), cells)
			if err != nil {
				return err
			}
			row.records = append(row.records, record)
		}
		row.mark = strings.Join(f.columns.names(open[i]), ";")
	}
	return nil
}

// open finds the cells of each row that are to be filled, and the rows that have any.
func (f *filling) open(b *batch) (open [][]int, which []int, err error) {
	open = make([][]int, len(b.places))
	for i := range b.places {
		row := &b.filled[i]
		row.why = b.reasons[i]
		if b.faults[i] {
			continue
		}
		var why string
		if open[i], why = f.columns.open(f.w.Cells(b.record(i)), b.x.RawRowView(i)); row.why == "" {
			row.why = why
		}
	}
	scores, err := f.model.Score(b.x)
	if err != nil {
		return nil, nil, err
	}
	for i, score := range scores {
		switch {
		case len(open[i]) == 0:
		case math.IsInf(score.LogProb, -1):
			b.filled[i].why = score.Reason
		default:
			which = append(which, i)
		}
	}
	return open, which, nil
}
