package beam

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"gaussflow/serve"
)

func init() {
	register.DoFn3x1[context.Context, fileio.ReadableFile, func(Scored), error](&scoreFn{})
	register.DoFn3x1[context.Context, fileio.ReadableFile, func(Written), error](&scoreFilesFn{})
	register.Emitter1[Scored]()
	register.Emitter1[Written]()
	beam.RegisterType(reflectOf[Scored]())
	beam.RegisterType(reflectOf[Written]())
}

// A Scored is a row with its answer.
type Scored struct {
	File            string
	Row             int       // of the file's data, from 1
	Values          []float64 // of the model's columns, in its order
	LogProb         float64   // nats
	TailProbability float64   // share of the reference rows that are at most as likely; NaN where the model knows none
}

// Score is the rows of Files under a model, the bytes of whose file are given. Rows with a cell that is no finite number, and those that are too
// far out for log p to be a number, are left out and counted by the counter gaussflow/refused.
func Score(s beam.Scope, model []byte, files beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("beam.Score"), &scoreFn{scorer{Model: model}}, files)
}

// A Written is what ScoreFiles made of a file.
type Written struct {
	File, Output  string
	Rows, Refused int
}

// ScoreFiles writes for each of Files one of CSV in a folder, under its name: the model's columns, log_prob and tail_probability. It is Score
// without a runner's hands between the rows and the disk; a file that is tried again is written again, to the same bytes.
func ScoreFiles(s beam.Scope, model []byte, folder string, files beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("beam.ScoreFiles"), &scoreFilesFn{scorer{Model: model}, folder}, files)
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
	far := 0
	refused, err = readFile(ctx, file, names(s.model.Reads()), func(b batch) error {
		logProb, tail, failed, err := s.model.Score(b.x)
		if err != nil {
			return err
		}
		for i, lp := range logProb {
			if failed != nil && failed[i] != nil {
				far++
				continue
			}
			if err := take(b.x.RawRowView(i), b.places[i].Row, lp, tail[i]); err != nil {
				return err
			}
		}
		return nil
	})
	refusedRows.Inc(ctx, int64(refused+far))
	return refused + far, err
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
func (s *scoreFilesFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(Written)) (err error) {
	w := Written{File: file.Metadata.Path, Output: path.Join(s.Folder, path.Base(file.Metadata.Path)+".scored.csv")}
	fs, err := filesystem.New(ctx, w.Output)
	if err != nil {
		return err
	}
	defer fs.Close()
	out, err := fs.OpenWrite(ctx, w.Output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if w.Rows, w.Refused, err = s.write(ctx, file, out); err != nil {
		return err
	}
	emit(w)
	return nil
}

func (s *scorer) write(ctx context.Context, file fileio.ReadableFile, to io.Writer) (rows, refused int, err error) {
	out := bufio.NewWriterSize(to, 1<<16)
	for _, c := range s.model.Reads() {
		fmt.Fprintf(out, "%s,", quoted(c.Name))
	}
	fmt.Fprintln(out, "log_prob,tail_probability")
	var line []byte
	refused, err = s.rows(ctx, file, func(row []float64, _ int, logProb, tail float64) error {
		line = line[:0]
		for _, v := range row {
			line = append(strconv.AppendFloat(line, v, 'g', -1, 64), ',')
		}
		line = append(strconv.AppendFloat(line, logProb, 'g', -1, 64), ',')
		if !math.IsNaN(tail) { // else the model knows none: an empty cell
			line = strconv.AppendFloat(line, tail, 'g', -1, 64)
		}
		line = append(line, '\n')
		rows++
		_, err := out.Write(line)
		return err
	})
	return rows, refused, errors.Join(err, out.Flush())
}
