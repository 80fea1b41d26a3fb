package beam

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local" // paths of this machine; beamx, which commands import, has others
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

// Files are those that a glob names, as elements for Score, ScoreFiles and Profile. It is an error of the pipeline if there is none.
func Files(s beam.Scope, glob string) beam.PCollection {
	s = s.Scope("beam.Files")
	return fileio.ReadMatches(s, fileio.MatchFiles(s, glob, fileio.MatchEmptyDisallow()), fileio.ReadUncompressed())
}

// batchRows is how many rows a flow maps at once.
const batchRows = 512

// A batch is consecutive rows of a file that can be read.
type batch struct {
	x      *mat.Dense
	places []data.Place
}

// readFile gives the rows of a file, the columns named in their order, in batches whose memory is used again, and returns how many rows
// had a cell that is no finite number: those are left out.
func readFile(ctx context.Context, file fileio.ReadableFile, names []string, take func(batch) error) (refused int, err error) {
	in, err := file.Open(ctx)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	name := file.Metadata.Path
	if strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson") {
		refused, err = readLines(ctx, in, names, take)
	} else {
		refused, err = readTable(ctx, in, name, names, take)
	}
	if err != nil {
		return refused, fmt.Errorf("%s: %w", name, err)
	}
	return refused, nil
}

// most is what is held of a file that must be read out of order, as Parquet.
const most = 1 << 30

func readTable(ctx context.Context, in io.Reader, name string, names []string, take func(batch) error) (refused int, err error) {
	o := data.Options{Stdin: in, DropMissing: true, MaxBuffered: most}
	if e := path.Ext(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")); e == ".tsv" || e == ".tab" {
		o.Delimiter = '\t'
	}
	file, err := data.Open("-", o)
	if err != nil {
		return 0, err
	}
	if names != nil {
		if file, err = file.Select(names...); err != nil {
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
	values := make([]float64, batchRows*d)
	for {
		n, err := rows.Read(values)
		if n > 0 {
			b := batch{x: mat.NewDense(n, d, values[:n*d])}
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

// maxLine bounds a line of JSON.
const maxLine = 16 << 20

// readLines reads an object a line, whose members are the columns.
func readLines(ctx context.Context, in io.Reader, names []string, take func(batch) error) (refused int, err error) {
	lines, b := bufio.NewScanner(in), batch{}
	lines.Buffer(nil, maxLine)
	var values []float64
	flush := func() error {
		if len(b.places) == 0 {
			return nil
		}
		b.x = mat.NewDense(len(b.places), len(names), values)
		err := errors.Join(ctx.Err(), take(b))
		values, b.places = values[:0], b.places[:0]
		return err
	}
	for row := 1; lines.Scan(); row++ {
		var members map[string]any
		if err = json.Unmarshal(lines.Bytes(), &members); err != nil {
			return refused, fmt.Errorf("line %d: %w", row, err)
		}
		if names == nil {
			return refused, errors.New("rows of JSON have no order: want the names of the columns")
		}
		at := len(values)
		for _, name := range names {
			if v, ok := members[name].(float64); ok && !math.IsInf(v, 0) {
				values = append(values, v)
			}
		}
		if len(values)-at < len(names) {
			values, refused = values[:at], refused+1
			continue
		}
		if b.places = append(b.places, data.Place{Row: row, Line: row}); len(b.places) == batchRows {
			if err = flush(); err != nil {
				return refused, err
			}
		}
	}
	return refused, errors.Join(lines.Err(), flush())
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
