package data_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"gaussflow/data"
	"gaussflow/internal/errtest"
)

// TestArrowTypes: the cells of a file and of a compressed stream that pyarrow wrote are spelled as Python spells them, and
// their numbers are those of the same table in Parquet (testdata/typed.py).
func TestArrowTypes(t *testing.T) {
	want := contentOf(t, filepath.Join("testdata", "typed.csv"))
	same, err := open(t, filepath.Join("testdata", "typed.parquet"), data.Options{DropMissing: true}).Select("x", "y", "id", "at_ns", "half")
	errtest.None(t, err)
	numbers, err := same.ReadAll()
	errtest.None(t, err)
	for _, name := range []string{"typed.arrow", "typed.arrows"} {
		path := filepath.Join("testdata", name)
		f := open(t, path, data.Options{Columns: []string{"x", "y"}})
		if got := contentOf(t, passedOn(t, f, "t.csv")); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		if f, err = open(t, path, data.Options{DropMissing: true}).Select("x", "y", "id", "at_ns", "half"); err != nil {
			t.Fatal(err)
		}
		got, err := f.ReadAll()
		errtest.None(t, err)
		if !bytes.Equal(float64Bytes(got.X.RawMatrix().Data), float64Bytes(numbers.X.RawMatrix().Data)) {
			t.Errorf("%s: numbers\n%v\nwant\n%v", name, got.X.RawMatrix().Data, numbers.X.RawMatrix().Data)
		}
		asParquet := passedOn(t, open(t, path, data.Options{Columns: []string{"x"}}), "t.parquet")
		for i, cells := range cellsOf(t, path) {
			if got := cellsOf(t, asParquet)[i]; got != cells+"|0.5" {
				t.Errorf("%s: row %d as Parquet:\n%s\nwant\n%s|0.5", name, i, got, cells)
			}
		}
		schema, _ := parquetRows(t, asParquet)
		for _, typ := range []string{"int32 i8 (INT(8,true))", "int64 u64 (INT(64,false))", "float y", "double x", "boolean", "fixed_len_byte_array(16) dec4 (DECIMAL(7,2))", "fixed_len_byte_array(32) dec32 (DECIMAL(70,30))", "DATE", "TIMESTAMP(isAdjustedToUTC=true,unit=NANOS)", "TIME("} {
			if !strings.Contains(schema, typ) {
				t.Errorf("%s: as Parquet it has not the type %q: %s", name, typ, schema)
			}
		}
	}
}

func float64Bytes(v []float64) []byte {
	var b []byte
	for _, x := range v {
		b = append(b, []byte(arrow.Float64Traits.CastToBytes([]float64{x}))...)
	}
	return b
}

// TestArrowCut: a stream or file that is cut anywhere is refused, and so is one with a batch larger than the limit.
func TestArrowCut(t *testing.T) {
	for _, name := range []string{"typed.arrow", "typed.arrows"} {
		whole := []byte(contentOf(t, filepath.Join("testdata", name)))
		if rows, err := arrowRows(whole, 0); rows != 12 || err != nil {
			t.Errorf("%s: %d rows, %v", name, rows, err)
		}
		for n := 0; n < len(whole); n += 1 + n/97 {
			var bad *data.FormatError
			if rows, err := arrowRows(whole[:n], 0); !errors.As(err, &bad) {
				t.Fatalf("%s: of %d of %d bytes %d rows are read, and then: %v", name, n, len(whole), rows, err)
			}
		}
		if _, err := arrowRows(whole, 100); !errors.Is(err, data.ErrBatch) || !strings.Contains(err.Error(), "more than 100 bytes") {
			t.Errorf("%s: batches of more than 100 bytes: %v", name, err)
		}
	}
}

// arrowRows counts the rows that can be read with all their cells.
func arrowRows(content []byte, most int64) (rows int, err error) {
	f, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content), Format: data.Arrow, MaxBuffered: most})
	if err != nil {
		return 0, err
	}
	f.Once()
	pass, err := f.Pass()
	if err != nil {
		return 0, err
	}
	defer pass.Close()
	for ; ; rows++ {
		if err = pass.Next(); errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		for j := range f.Dim() {
			pass.Number(j)
			pass.Text(j)
		}
	}
}

// TestArrowNests: the fields of structs are columns named by their path, and are missing where the struct is; lists are
// written as JSON; dictionaries of later batches may be longer.
func TestArrowNests(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "of", Type: arrow.StructOf(arrow.Field{Name: "p", Type: arrow.PrimitiveTypes.Int64}), Nullable: true},
		{Name: "list", Type: arrow.ListOf(arrow.PrimitiveTypes.Int64)},
		{Name: "days", Type: arrow.FixedWidthTypes.Timestamp_s},
		{Name: "", Type: arrow.Null},
	}, nil)
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := range 3 {
		of := b.Field(0).(*array.StructBuilder)
		if of.Append(i != 1); i != 1 { // for i = 1 the struct is null, and Append has appended null to its fields
			of.FieldBuilder(0).(*array.Int64Builder).Append(int64(10 + i))
		}
		list := b.Field(1).(*array.ListBuilder)
		list.Append(true)
		list.ValueBuilder().(*array.Int64Builder).AppendValues([]int64{1, int64(i)}, nil)
		b.Field(2).(*array.TimestampBuilder).Append(arrow.Timestamp(i * 86400))
		b.Field(3).AppendNull()
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	errtest.None(t, w.Write(batch))
	errtest.None(t, w.Close())
	f, err := data.Open("-", data.Options{Stdin: &out, Columns: []string{"of.p"}, DropMissing: true})
	errtest.None(t, err)
	want := "of.p,list,days,x4,score\n10,\"[1,0]\",1970-01-01T00:00:00.000Z,,0.5\n12,\"[1,2]\",1970-01-03T00:00:00.000Z,,0.5\n"
	if got := contentOf(t, passedOn(t, f, "t.csv")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// FuzzArrow: any bytes are read without a panic and within the memory limit.
func FuzzArrow(f *testing.F) {
	for _, name := range []string{"typed.arrow", "typed.arrows"} {
		f.Add([]byte(contentOf(f, filepath.Join("testdata", name))))
	}
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, content []byte) {
		rows, err := arrowRows(content, 1<<20)
		if rows > math.MaxInt32 {
			t.Fatalf("%d rows, %v", rows, err)
		}
	})
}
