package serve_test

import (
	"bytes"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/errtest"
)

// arrowBodies are rows of a, b and c as the two kinds of Arrow, in batches of 100 rows.
func arrowBodies(t *testing.T, x *mat.Dense) map[string][]byte {
	t.Helper()
	var fields []arrow.Field
	for _, name := range []string{"a", "b", "c"} {
		fields = append(fields, arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64})
	}
	schema := arrow.NewSchema(fields, nil)
	var stream, file bytes.Buffer
	streams := ipc.NewWriter(&stream, ipc.WithSchema(schema))
	files, err := ipc.NewFileWriter(&file, ipc.WithSchema(schema))
	errtest.None(t, err)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	n, _ := x.Dims()
	for from := 0; from < n; from += 100 {
		for i := from; i < min(from+100, n); i++ {
			for j, v := range x.RawRowView(i) {
				b.Field(j).(*array.Float64Builder).Append(v)
			}
		}
		batch := b.NewRecordBatch()
		errtest.None(t, streams.Write(batch))
		errtest.None(t, files.Write(batch))
		batch.Release()
	}
	errtest.None(t, streams.Close())
	errtest.None(t, files.Close())
	return map[string][]byte{"application/vnd.apache.arrow.stream": stream.Bytes(), "application/vnd.apache.arrow.file": file.Bytes()}
}
