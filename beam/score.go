package beam

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"path"
	"strconv"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"gaussflow/columns"
	"gaussflow/internal/csvcell"
	"gaussflow/serve"
)

func init() {
	register.DoFn3x1[context.Context, fileio.ReadableFile, func(Scored), error](&scoreFn{})
	register.DoFn3x1[context.Context, fileio.ReadableFile, func(Written), error](&scoreFilesFn{})
	register.Emitter1[Scored]()
	register.Emitter1[Written]()
	register.Function1x1(totalsOf)
	register.Function2x1(addTotals)
	register.Function1x2(totalsText)
	beam.RegisterType(reflectOf[Scored]())
	beam.RegisterType(reflectOf[Written]())
	beam.RegisterType(reflectOf[Totals]())
}

// A Scored is a row with its answer.
type Scored struct {
	File            string
	Row             int       // of the file's data, from 1
	Values          []float64 // of the model's columns, in its order; of a category the place of its level, of a missing cell NaN
	LogProb         float64   // nats
	TailProbability float64   // share of the reference rows that are at most as likely; NaN where the model knows none
}

// Score is the rows of Files under a model, the bytes of whose file are given. Cells are read as gaussflow score reads them; rows with a
// cell that cannot be read, and those that the model has no log p of, are left out and counted by the counter gaussflow/refused.
func Score(s beam.Scope, model []byte, files beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("beam.Score"), &scoreFn{scorer{Model: model}}, files)
}

// A Written is a file that ScoreFiles or SampleFiles wrote. File is the file that was scored, empty after SampleFiles.
type Written struct {
	File, Output  string
	Rows, Refused int
}

// ScoreFiles writes for each of Files one of CSV in a folder, under its name: the row's number in the file, the model's columns, log_prob
// and tail_probability. It is Score without a runner's hands between the rows and the disk. A file has its name when it is whole, and one
// that is tried again has the same bytes; a worker that was killed may leave one that ends in .part. What ScoreFiles returns, one Written
// a file, should go on to somewhere, as to Total: Prism v2.77.0 has a processor of its own wait in a loop for a step that nothing takes
// from.
func ScoreFiles(s beam.Scope, model []byte, folder string, files beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("beam.ScoreFiles"), &scoreFilesFn{scorer{Model: model}, folder}, files)
}

// Totals are what became of all files.
type Totals struct {
	Files   int `json:"files"`
	Rows    int `json:"rows"`
	Refused int `json:"refused"`
}

// Total is one text, the Totals of all that ScoreFiles or SampleFiles wrote as JSON.
func Total(s beam.Scope, written beam.PCollection) beam.PCollection {
	s = s.Scope("beam.Total")
	return beam.ParDo(s, totalsText, beam.Combine(s, addTotals, beam.ParDo(s, totalsOf, written)))
}

func totalsOf(w Written) Totals { return Totals{1, w.Rows, w.Refused} }

func addTotals(a, b Totals) Totals {
	return Totals{a.Files + b.Files, a.Rows + b.Rows, a.Refused + b.Refused}
}

func totalsText(t Totals) (string, error) {
	text, err := json.Marshal(t)
	return string(text), err
}

var refusedRows = beam.NewCounter("gaussflow", "refused")

// A scorer has a model, which it reads once.
type scorer struct {
	Model []byte
	model serve.Model
}

// Setup reads the model, once for each worker.
func (s *scorer) Setup() (err error) {
	s.model, err = decode(s.Model)
	return err
}

// rows scores the rows of a file.
func (s *scorer) rows(ctx context.Context, file fileio.ReadableFile, take func(row []float64, at int, logProb, tail float64) error) (refused int, err error) {
	unscored := 0
	refused, err = readingOf(s.model).file(ctx, file, func(b batch) error {
		logProb, tail, failed, err := s.model.Score(b.x)
		if err != nil {
			return err
		}
		for i, lp := range logProb {
			if failed != nil && failed[i] != nil {
				unscored++
				continue
			}
			if err := take(b.x.RawRowView(i), b.places[i].Row, lp, tail[i]); err != nil {
				return err
			}
		}
		return nil
	})
	refusedRows.Inc(ctx, int64(refused+unscored))
	return refused + unscored, err
}

type scoreFn struct{ scorer }

// ProcessElement scores a file.
func (s *scoreFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(Scored)) error {
	_, err := s.rows(ctx, file, func(row []float64, at int, logProb, tail float64) error {
		emit(Scored{file.Metadata.Path, at, append([]float64(nil), row...), logProb, tail})
		return nil
	})
	return err
}

type scoreFilesFn struct {
	scorer
	Folder string
}

// ProcessElement scores a file into another.
func (s *scoreFilesFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(Written)) error {
	w := Written{File: file.Metadata.Path, Output: Join(s.Folder, path.Base(file.Metadata.Path)+".scored.csv")}
	err := create(ctx, w.Output, func(out io.Writer) (err error) {
		w.Rows, w.Refused, err = s.write(ctx, file, out)
		return err
	})
	if err == nil {
		emit(w)
	}
	return err
}

func (s *scorer) write(ctx context.Context, file fileio.ReadableFile, to io.Writer) (rows, refused int, err error) {
	cells := cellsOf(s.model)
	line := []byte("row,")
	for _, c := range s.model.Reads() {
		line = append(csvcell.Append(line, []byte(c.Name), ','), ',')
	}
	if _, err = to.Write(append(line, "log_prob,tail_probability\n"...)); err != nil {
		return 0, 0, err
	}
	refused, err = s.rows(ctx, file, func(row []float64, at int, logProb, tail float64) error {
		line = append(strconv.AppendInt(line[:0], int64(at), 10), ',')
		for j, v := range row {
			line = append(cells[j](line, v), ',')
		}
		line = append(appendNumber(line, logProb), ',')
		line = append(appendNumber(line, tail), '\n')
		rows++
		_, err := to.Write(line)
		return err
	})
	return rows, refused, err
}

// cellsOf write the columns that a model reads, as its table had them.
func cellsOf(m serve.Model) []func(dst []byte, v float64) []byte {
	var cells []func([]byte, float64) []byte
	var cell []byte // the text of one, which is used again
	schema := readingOf(m).schema
	for _, c := range m.Reads() {
		column, typed := schema.Column(c.Name)
		if !typed {
			cells = append(cells, appendNumber)
			continue
		}
		cells = append(cells, func(dst []byte, v float64) []byte {
			cell = column.Append(cell[:0], v)
			return csvcell.Append(dst, cell, ',')
		})
	}
	return cells
}

// appendNumber appends the fewest digits that read back as v, nothing of one that is missing.
func appendNumber(dst []byte, v float64) []byte {
	if math.IsNaN(v) {
		return dst
	}
	return columns.AppendNumber(dst, v)
}
