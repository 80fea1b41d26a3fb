package beam

import (
	"bytes"
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
)

func init() {
	register.DoFn3x1[context.Context, fileio.ReadableFile, func([]byte), error](&summarizeFn{})
	register.DoFn2x1[context.Context, []byte, error](&keepFn{})
	register.Combiner1[[]byte](&mergeFn{})
	register.Emitter1[[]byte]()
	register.Function1x1(bytesOf)
}

// Summarize is one Summary, encoded, of all rows of Files: of the columns named, or where a flow's file is given of what its layers put
// out. cross keeps the moments too.
func Summarize(s beam.Scope, files beam.PCollection, columns []string, flow []byte, cross bool) beam.PCollection {
	s = s.Scope("beam.Summarize")
	parts := beam.ParDo(s, &summarizeFn{Columns: columns, Flow: flow, Cross: cross}, files)
	return beam.Combine(s, &mergeFn{}, parts)
}

// What is summarized is counted: by these the cost of a fit is known.
var (
	summarizedRows = beam.NewCounter("gaussflow", "summarized_rows")
	summaryBytes   = beam.NewCounter("gaussflow", "summary_bytes")
)

type summarizeFn struct {
	Columns []string
	Flow    []byte
	Cross   bool
	flow    *flows.Flow
}

// Setup reads the flow.
func (f *summarizeFn) Setup() (err error) {
	if f.Flow != nil {
		f.flow, err = flows.LoadFrom(bytes.NewReader(f.Flow))
	}
	return err
}

// ProcessElement summarizes a file.
func (f *summarizeFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func([]byte)) error {
	s, err := f.summarize(ctx, file)
	if err != nil {
		return err
	}
	raw, err := s.encode()
	if err == nil {
		summarizedRows.Inc(ctx, s.Rows)
		summaryBytes.Inc(ctx, int64(len(raw)))
		emit(raw)
	}
	return err
}

func (f *summarizeFn) summarize(ctx context.Context, file fileio.ReadableFile) (*Summary, error) {
	columns := f.Columns
	if columns == nil {
		var err error
		if columns, err = header(ctx, file); err != nil {
			return nil, err
		}
	}
	s := newSummary(len(columns), f.Cross)
	refused, err := numbersOf(columns).file(ctx, file, func(b batch) error {
		z, err := f.through(b.x)
		if err == nil {
			s.add(z)
		}
		return err
	})
	s.Refused = int64(refused)
	return s, err
}

// through is what the layers put out.
func (f *summarizeFn) through(x *mat.Dense) (*mat.Dense, error) {
	if f.flow == nil {
		return x, nil
	}
	z, _, err := f.flow.Forward(x)
	return z, err
}

// mergeFn adds summaries up.
type mergeFn struct{}

// MergeAccumulators is the summary of both.
func (*mergeFn) MergeAccumulators(a, b []byte) ([]byte, error) {
	sum, err := decodeSummary(a)
	if err != nil {
		return nil, err
	}
	other, err := decodeSummary(b)
	if err == nil {
		err = sum.merge(other)
	}
	if err != nil {
		return nil, err
	}
	return sum.encode()
}

// Keep writes the one text of a collection to a file.
func Keep(s beam.Scope, path string, text beam.PCollection) {
	s = s.Scope("beam.Keep")
	beam.ParDo0(s, &keepFn{path}, beam.ParDo(s, bytesOf, text))
}

func bytesOf(text string) []byte { return []byte(text) }

// keepFn writes what it gets to a file, for who started the pipeline.
type keepFn struct{ Path string }

// ProcessElement writes.
func (k *keepFn) ProcessElement(ctx context.Context, raw []byte) error {
	fs, err := filesystem.New(ctx, k.Path)
	if err != nil {
		return err
	}
	defer fs.Close()
	return filesystem.Write(ctx, fs, k.Path, raw)
}
