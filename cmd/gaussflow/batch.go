package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/internal/pipeline"
)

// A batch is consecutive rows of a table with what a model has computed for them.
type batch struct {
	x       *mat.Dense // rows × columns that are read
	places  []data.Place
	reasons []string    // why a row cannot be read; "" if it can
	faults  []bool      // whether the row is malformed as a whole
	broken  []string    // what in a row contradicts the schema
	out     *mat.Dense  // the result for x
	errors  []float64   // errors of the rows of out, if they are measured
	says    []string    // reasons for the rows of out, if there are any
	filled  []filledRow // rows with their missing cells filled, for impute
	why     []string    // what makes the rows of out unusual, if that is asked for

	values []float64 // the memory of x
	kept   []byte    // the rows' records, if they are needed
	ends   []int     // end of each record in kept
}

// record is row i as it was read.
func (b *batch) record(i int) []byte {
	if i == 0 {
		return b.kept[:b.ends[0]]
	}
	return b.kept[b.ends[i-1]:b.ends[i]]
}

// batchRows is what a flow computes at once; keptBytes is how many bytes of whole rows a batch may hold before it ends
// early.
const (
	batchRows = 512
	keptBytes = 4 << 20
)

// batches reads the columns of a schema in batches, whose memory is reused.
type batches struct {
	rows    *columns.Rows
	pass    *data.Pass // if not nil, it keeps whole rows
	name    string
	dim     int
	drop    bool // leave out rows with missing cells
	dropped int
	read    int // rows so far
	used    sync.Pool
}

// A recordTable is a file whose next pass keeps whole rows for a writer.
type recordTable struct {
	*data.File
	w    *data.RecordWriter
	pass *data.Pass
}

// Pass starts that pass.
func (t *recordTable) Pass() (columns.Pass, error) {
	var err error
	if t.pass, err = t.RecordPass(t.w); err != nil {
		return nil, err
	}
	return t.pass, nil
}

// newBatches starts the last pass over the file. The pass keeps whole rows for records, unless that is nil.
func newBatches(file *data.File, schema *columns.Schema, drop bool, records *data.RecordWriter) (b *batches, err error) {
	file.Once()
	b = &batches{name: file.Name(), dim: len(schema.Modelled()), drop: drop}
	b.used.New = func() any { return &batch{values: make([]float64, batchRows*b.dim)} }
	if records == nil {
		b.rows, err = schema.Open(file)
		return b, err
	}
	whole := &recordTable{File: file, w: records}
	b.rows, err = schema.Open(whole)
	b.pass = whole.pass
	return b, err
}

// next reads a batch; it returns io.EOF after the last one.
func (b *batches) next() (*batch, error) {
	t := b.used.Get().(*batch)
	t.places, t.reasons, t.faults, t.broken, t.kept, t.ends = t.places[:0], t.reasons[:0], t.faults[:0], t.broken[:0], t.kept[:0], t.ends[:0]
	n := 0
	for n < batchRows && len(t.kept) < keptBytes {
		err := b.rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		b.read++
		if b.drop && (b.rows.Fault() != "" || hasGap(b.rows.Values())) {
			b.dropped++
			continue
		}
		if err := b.take(t, n); err != nil {
			return nil, err
		}
		n++
	}
	if n == 0 {
		return nil, io.EOF
	}
	t.x = mat.NewDense(n, b.dim, t.values[:n*b.dim])
	return t, nil
}

func hasGap(values []float64) bool {
	for _, v := range values {
		if math.IsNaN(v) {
			return true
		}
	}
	return false
}

// take adds the current row to a batch.
func (b *batches) take(t *batch, n int) error {
	copy(t.values[n*b.dim:], b.rows.Values())
	row, line := b.rows.Place()
	t.places = append(t.places, data.Place{Row: row, Line: line})
	t.faults = append(t.faults, b.rows.Fault() != "")
	t.reasons, t.broken = append(t.reasons, b.rows.Reason()), append(t.broken, b.rows.Broken())
	if b.pass == nil {
		return nil
	}
	record, err := b.pass.Record()
	t.kept = append(t.kept, record...)
	t.ends = append(t.ends, len(t.kept))
	return err
}

// all yields the batches one after the other, each valid until the next.
func (b *batches) all(ctx context.Context) iter.Seq2[*batch, error] {
	return func(yield func(*batch, error) bool) {
		for {
			t, err := b.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				err = ctx.Err()
			}
			if !yield(t, err) || err != nil {
				return
			}
			b.used.Put(t)
		}
	}
}

// Close ends the pass.
func (b *batches) Close() error { return b.rows.Close() }

// stream applies work to all batches, on all processors, passes them to write in order, and advances the bar.
func (b *batches) stream(ctx context.Context, bar *progressbar.ProgressBar, work, write func(*batch) error) error {
	located := func(t *batch) error { return b.located(t, work(t)) }
	err := pipeline.Run(ctx, b.next, located, func(t *batch) error {
		defer b.used.Put(t)
		return errors.Join(write(t), bar.Add(len(t.places)))
	})
	return errors.Join(err, bar.Finish())
}

// sayEmpty says that there was no row, because what is written then looks as if something had gone wrong.
func (b *batches) sayEmpty(c *cobra.Command) {
	if b.read == 0 {
		sayNoRows(c, b.name, "neither has what is written")
	}
}

// sayNoRows says that a table has none, and what follows from it.
func sayNoRows(c *cobra.Command, name, so string) {
	fmt.Fprintf(c.ErrOrStderr(), "gaussflow: %s: it has no rows, and %s\n", name, so)
}

// A gapError reports a row with a missing cell where all are needed.
type gapError struct{ what string }

func (e *gapError) Error() string { return e.what }

// whole returns an error for the first row of a batch without a value in some column that the schema models.
func (b *batches) whole(t *batch, schema *columns.Schema) error {
	for i, at := range t.places {
		if t.reasons[i] != "" {
			return rowAt(b.name, at, &gapError{t.reasons[i]})
		}
		for j, v := range t.x.RawRowView(i) {
			if math.IsNaN(v) {
				return rowAt(b.name, at, &gapError{fmt.Sprintf("no value in column %q", schema.Modelled()[j].Name)})
			}
		}
	}
	return nil
}

// located adds to an error the position of its row in the file.
func (b *batches) located(t *batch, err error) error {
	var row *flows.RowError
	if !errors.As(err, &row) || row.Row >= len(t.places) {
		return err
	}
	return rowAt(b.name, t.places[row.Row], row)
}

// rowAt makes an error about a row of a file.
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
