package beam

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local" // paths of this machine; beamx, which commands import, has others
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/serve"
)

// Files are those that a glob names, as elements for Score, ScoreFiles and Profile, dealt out to all workers. It is an error of the
// pipeline if there is none.
func Files(s beam.Scope, glob string) beam.PCollection {
	s = s.Scope("beam.Files")
	found := fileio.MatchFiles(s, glob, fileio.MatchEmptyDisallow())
	// Without this a runner may fuse what finds the files with what reads them, and one worker reads them all.
	return fileio.ReadMatches(s, beam.Reshuffle(s, found), fileio.ReadUncompressed())
}

// batchRows is how many rows a flow maps at once.
const batchRows = 512

// A batch is consecutive rows of a file that can be read.
type batch struct {
	x      *mat.Dense
	places []data.Place
}

// A reading says which columns of a file are read, and what their cells are.
type reading struct {
	names  []string                                       // in this order; nil: all of a table's
	schema *columns.Schema                                // of the cells of tables; nil: numbers
	value  func(column int, text []byte) (float64, error) // of a cell of JSON, "" where it is missing
}

// readingOf is how a model reads rows.
func readingOf(m serve.Model) *reading {
	r := &reading{names: names(m.Reads()), value: m.Value}
	if t, ok := m.(interface{ Schema() *columns.Schema }); ok {
		r.schema = t.Schema()
	}
	return r
}

// numbersOf is a reading of columns of numbers.
func numbersOf(names []string) *reading {
	return &reading{names: names, value: func(_ int, text []byte) (float64, error) {
		v, err := strconv.ParseFloat(string(text), 64)
		if err == nil && math.IsInf(v, 0) || math.IsNaN(v) {
			err = errors.New("is no finite number")
		}
		return v, err
	}}
}

// file gives the rows of a file in batches whose memory is used again, and returns how many rows cannot be read: those are left out.
func (r *reading) file(ctx context.Context, file fileio.ReadableFile, take func(batch) error) (refused int, err error) {
	in, err := file.Open(ctx)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	name := file.Metadata.Path
	if strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson") {
		refused, err = r.lines(ctx, in, take)
	} else {
		refused, err = r.table(ctx, in, name, take)
	}
	if err != nil {
		return refused, fmt.Errorf("%s: %w", name, err)
	}
	return refused, nil
}

// most is what is held of a file that must be read out of order, as Parquet.
const most = 1 << 30

func (r *reading) table(ctx context.Context, in io.Reader, name string, take func(batch) error) (refused int, err error) {
	o := data.Options{Stdin: in, DropMissing: true, MaxBuffered: most}
	if e := path.Ext(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")); e == ".tsv" || e == ".tab" {
		o.Delimiter = '\t'
	}
	file, err := data.Open("-", o)
	if err != nil {
		return 0, err
	}
	if r.schema != nil {
		return r.typed(ctx, file, take)
	}
	if r.names != nil {
		if file, err = file.Select(r.names...); err != nil {
			return 0, err
		}
	}
	file.Once()
	rows, err := file.Rows()
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	d := file.Dim()
	b, values := batch{}, make([]float64, batchRows*d)
	for {
		n, err := rows.Read(values)
		if n > 0 {
			b.x, b.places = mat.NewDense(n, d, values[:n*d]), b.places[:0]
			for i := range n {
				b.places = append(b.places, rows.Place(i))
			}
			if err := errors.Join(ctx.Err(), take(b)); err != nil {
				return rows.Dropped(), err
			}
		}
		if errors.Is(err, io.EOF) {
			return rows.Dropped(), nil
		}
		if err != nil {
			return rows.Dropped(), err
		}
	}
}

// typed reads cells as the table had them that the schema is of; a missing one is no number, and the model says what it makes of that.
func (r *reading) typed(ctx context.Context, file *data.File, take func(batch) error) (refused int, err error) {
	var at []int // of the columns read, among those of the schema
	for i, c := range r.schema.Modelled() {
		if slices.Contains(r.names, c.Name) {
			at = append(at, i)
		}
	}
	file.Once()
	rows, err := r.schema.Open(file)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	g := &gathered{take: take, width: len(at)}
	for {
		err := rows.Next()
		if errors.Is(err, io.EOF) {
			return refused, g.flush(ctx)
		}
		if err != nil {
			return refused, err
		}
		if rows.Reason() != "" || rows.Broken() != "" {
			refused++
			continue
		}
		for _, i := range at {
			g.values = append(g.values, rows.Values()[i])
		}
		row, line := rows.Place()
		if err = g.add(ctx, data.Place{Row: row, Line: line}); err != nil {
			return refused, err
		}
	}
}

// gathered are rows that come one by one, on their way into batches.
type gathered struct {
	take   func(batch) error
	width  int
	values []float64
	places []data.Place
}

// add takes the row whose values were appended.
func (g *gathered) add(ctx context.Context, at data.Place) error {
	if g.places = append(g.places, at); len(g.places) < batchRows {
		return nil
	}
	return g.flush(ctx)
}

// flush hands on what there is.
func (g *gathered) flush(ctx context.Context) error {
	if len(g.places) == 0 {
		return nil
	}
	err := errors.Join(ctx.Err(), g.take(batch{mat.NewDense(len(g.places), g.width, g.values), g.places}))
	g.values, g.places = g.values[:0], g.places[:0]
	return err
}

// maxLine bounds a line of JSON.
const maxLine = 16 << 20

// lines reads an object a line, whose members are the columns.
func (r *reading) lines(ctx context.Context, in io.Reader, take func(batch) error) (refused int, err error) {
	if r.names == nil {
		return 0, errors.New("rows of JSON have no order: want the names of the columns")
	}
	lines, g := bufio.NewScanner(in), &gathered{take: take, width: len(r.names)}
	lines.Buffer(nil, maxLine)
	for row := 1; lines.Scan(); row++ {
		var members map[string]json.RawMessage
		if err = json.Unmarshal(lines.Bytes(), &members); err != nil {
			return refused, fmt.Errorf("line %d: %w", row, err)
		}
		if !r.object(g, members) {
			refused++
			continue
		}
		if err = g.add(ctx, data.Place{Row: row, Line: row}); err != nil {
			return refused, err
		}
	}
	return refused, errors.Join(lines.Err(), g.flush(ctx))
}

// object appends the values of an object, and reports whether it has them.
func (r *reading) object(g *gathered, members map[string]json.RawMessage) bool {
	at := len(g.values)
	for j, name := range r.names {
		text, word := []byte(members[name]), ""
		if json.Unmarshal(text, &word) == nil { // a string, or null, which is a missing cell
			text = []byte(word)
		}
		v, err := r.value(j, text)
		if err != nil {
			g.values = g.values[:at]
			return false
		}
		g.values = append(g.values, v)
	}
	return true
}

// Join is the path of a file in a folder of any file system. It keeps a scheme such as gs://, of which path.Join makes gs:/.
func Join(folder, name string) string {
	if folder == "" {
		return name
	}
	return strings.TrimSuffix(folder, "/") + "/" + name
}

// block is how many bytes of a file are written at once.
const block = 1 << 20

// create writes a file by a function. The file gets its name when it is whole: until then it has another one, of its own for each
// attempt, because a runner may repeat a file while an attempt that it has given up still writes. What a failed attempt wrote is removed.
func create(ctx context.Context, name string, write func(io.Writer) error) (err error) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer fs.Close()
	part := fmt.Sprintf("%s.%016x.part", name, rand.Uint64())
	file, err := fs.OpenWrite(ctx, part)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, block)
	if err = errors.Join(write(out), out.Flush(), file.Close()); err == nil {
		return filesystem.Rename(ctx, fs, part, name)
	}
	if r, ok := fs.(filesystem.Remover); ok {
		err = errors.Join(err, r.Remove(context.WithoutCancel(ctx), part))
	}
	return err
}

// header is the names of a file's columns, where none were asked for.
func header(ctx context.Context, file fileio.ReadableFile) ([]string, error) {
	in, err := file.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	table, err := data.Open("-", data.Options{Stdin: in, MaxBuffered: most})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.Metadata.Path, err)
	}
	return slices.Clone(table.Names()), nil
}
