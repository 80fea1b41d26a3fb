package beam

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/csvcell"
	"gaussflow/serve"
)

func init() {
	register.DoFn2x1[int, func(Drawn), error](&sampleFn{})
	register.DoFn3x1[context.Context, int, func(Written), error](&sampleFilesFn{})
	register.Emitter1[Drawn]()
	beam.RegisterType(reflectOf[Drawn]())
}

// A Drawn is a row that was drawn.
type Drawn struct {
	Row    int       // from 0
	Values []float64 // of the model's columns, in its order
}

// sampleRows is how many rows are drawn by one seed of their own.
const sampleRows = 8192

// Sample draws n rows of a model, the bytes of whose file are given: the same ones for a seed, whatever the workers.
func Sample(s beam.Scope, model []byte, n int, seed uint64) beam.PCollection {
	s = s.Scope("beam.Sample")
	return beam.ParDo(s, &sampleFn{drawer{Model: model, N: n, Seed: seed}}, firstRows(s, n, sampleRows))
}

// fileRows is how many rows SampleFiles writes to a file.
const fileRows = 16 * sampleRows

// SampleFiles writes the rows that Sample draws to a folder, as CSV tables of at most 131,072 rows each; sample-00000.csv has the first
// rows. A file that is repeated has the same bytes. Another step should take the result, as that of ScoreFiles.
func SampleFiles(s beam.Scope, model []byte, n int, seed uint64, folder string) beam.PCollection {
	s = s.Scope("beam.SampleFiles")
	return beam.ParDo(s, &sampleFilesFn{drawer{Model: model, N: n, Seed: seed}, folder}, firstRows(s, n, fileRows))
}

// firstRows are the numbers of the first row of each piece, of n rows in all, spread over all workers.
func firstRows(s beam.Scope, n, piece int) beam.PCollection {
	var first []int
	for at := 0; at < n; at += piece {
		first = append(first, at)
	}
	return beam.Reshuffle(s, beam.CreateList(s, first))
}

// A drawer draws rows of a model, which it reads once.
type drawer struct {
	Model []byte
	N     int
	Seed  uint64
	model serve.Model
}

// Setup reads the model.
func (d *drawer) Setup() (err error) {
	d.model, err = decode(d.Model)
	return err
}

// rows draws sampleRows rows, or fewer at the end, with the seed of the row number first.
func (d *drawer) rows(first int) (*mat.Dense, error) {
	return d.model.Sample(min(sampleRows, d.N-first), nil, rand.New(rand.NewPCG(d.Seed, uint64(first))))
}

type sampleFn struct{ drawer }

// ProcessElement draws the rows from first on.
func (s *sampleFn) ProcessElement(first int, emit func(Drawn)) error {
	x, err := s.rows(first)
	if err != nil {
		return err
	}
	n, _ := x.Dims()
	for i := range n {
		emit(Drawn{first + i, append([]float64(nil), x.RawRowView(i)...)})
	}
	return nil
}

type sampleFilesFn struct {
	drawer
	Folder string
}

// ProcessElement writes the file that begins with the row number first.
func (s *sampleFilesFn) ProcessElement(ctx context.Context, first int, emit func(Written)) error {
	w := Written{Output: Join(s.Folder, fmt.Sprintf("sample-%05d.csv", first/fileRows)), Rows: min(fileRows, s.N-first)}
	err := create(ctx, w.Output, func(out io.Writer) error { return s.write(out, first, first+w.Rows) })
	if err == nil {
		emit(w)
	}
	return err
}

// write writes a header and the rows from, from+1, …, to-1.
func (s *sampleFilesFn) write(out io.Writer, from, to int) error {
	var line, cell []byte
	for j, c := range s.model.Writes() {
		line = csvcell.Append(separated(line, j), []byte(c.Name), ',')
	}
	_, err := out.Write(append(line, '\n'))
	for first := from; first < to && err == nil; first += sampleRows {
		var x *mat.Dense
		if x, err = s.rows(first); err != nil {
			return err
		}
		n, _ := x.Dims()
		for i := 0; i < n && err == nil; i++ {
			line = line[:0]
			for j, v := range x.RawRowView(i) {
				cell = s.model.AppendText(cell[:0], j, v)
				line = csvcell.Append(separated(line, j), cell, ',')
			}
			_, err = out.Write(append(line, '\n'))
		}
	}
	return err
}

// separated is the line with a comma at its end, unless j is its first cell.
func separated(line []byte, j int) []byte {
	if j == 0 {
		return line
	}
	return append(line, ',')
}
