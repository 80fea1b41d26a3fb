package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/schollz/progressbar/v3"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/internal/pipeline"
)

// A batch is consecutive rows of a table on their way through a model.
type batch struct {
	x      *mat.Dense // rows × columns read
	places []data.Place
	out    *mat.Dense // what the work made of x
	errors []float64  // of the rows of out, where they are measured

	values []float64 // behind x
	kept   []byte    // the records, where they are wanted
	ends   []int     // of each record in kept
}

// record is row i as it came.
func (b *batch) record(i int) []byte {
	if i == 0 {
		return b.kept[:b.ends[0]]
	}
	return b.kept[b.ends[i-1]:b.ends[i]]
}

// batchRows is what a flow runs at once.
const batchRows = 512

// batches reads a table in batches that are used again.
type batches struct {
	*data.Rows
	name    string
	dim     int
	records bool
	used    sync.Pool
}

// newBatches starts the last pass over the file; it keeps whole rows for records, or none where that is nil.
func newBatches(file *data.File, records *data.RecordWriter) (b *batches, err error) {
	b = &batches{name: file.Name(), dim: file.Dim(), records: records != nil}
	b.used.New = func() any { return &batch{values: make([]float64, batchRows*b.dim)} }
	file.Once()
	if b.records {
		b.Rows, err = file.Records(records)
	} else {
		b.Rows, err = file.Rows()
	}
	return b, err
}

// next reads a batch.
func (b *batches) next() (*batch, error) {
	t := b.used.Get().(*batch)
	n, err := b.Read(t.values)
	if n == 0 {
		return nil, err
	}
	t.x = mat.NewDense(n, b.dim, t.values[:n*b.dim])
	t.places, t.kept, t.ends = t.places[:0], t.kept[:0], t.ends[:0]
	for i := range n {
		t.places = append(t.places, b.Place(i))
		if b.records {
			t.kept = append(t.kept, b.Record(i)...)
			t.ends = append(t.ends, len(t.kept))
		}
	}
	return t, nil
}

// stream works on all rows, on all processors, writes in order and counts on the bar.
func (b *batches) stream(ctx context.Context, bar *progressbar.ProgressBar, work, write func(*batch) error) error {
	located := func(t *batch) error { return b.located(t, work(t)) }
	err := pipeline.Run(ctx, b.next, located, func(t *batch) error {
		defer b.used.Put(t)
		return errors.Join(write(t), bar.Add(len(t.places)))
	})
	return errors.Join(err, bar.Finish())
}

// located says where in the file the row of an error stands.
func (b *batches) located(t *batch, err error) error {
	var row *flows.RowError
	if !errors.As(err, &row) || row.Row >= len(t.places) {
		return err
	}
	return rowAt(b.name, t.places[row.Row], row)
}

// rowAt is an error about a row of a file.
func rowAt(file string, at data.Place, err error) error {
	e := &located{where: fmt.Sprintf("%s: row %d", file, at.Row), err: err}
	if at.Line > 0 {
		e.where += fmt.Sprintf(" (line %d)", at.Line)
	}
	if _, errStat := os.Stat(file); errStat == nil && filepath.Ext(file) == ".csv" {
		e.file, e.line = file, at.Line
	}
	return e
}
