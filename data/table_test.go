package data_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/rows"
)

// counted is a table whose cells say their row and column.
func counted(n, d int) *data.Table {
	x := mat.NewDense(n, d, nil)
	x.Apply(func(i, j int, _ float64) float64 { return float64(10*i + j) }, x)
	return &data.Table{Names: []string{"a", "b", "c"}[:d], X: x}
}

// TestSplit: every row is in exactly one part, unchanged, and the seed decides in which.
func TestSplit(t *testing.T) {
	table := counted(103, 3)
	rest, part, err := table.Split(0.1, 7)
	if err != nil {
		t.Fatal(err)
	}
	if rest.Rows() != 93 || part.Rows() != 10 || part.Dim() != 3 {
		t.Errorf("%d and %d rows, want 93 and 10", rest.Rows(), part.Rows())
	}
	var firsts []float64
	for _, p := range []*data.Table{rest, part} {
		for i := range p.Rows() {
			row := p.X.RawRowView(i)
			if row[1] != row[0]+1 || row[2] != row[0]+2 {
				t.Errorf("a row was torn: %v", row)
			}
			firsts = append(firsts, row[0])
		}
	}
	if slices.IsSorted(firsts) {
		t.Error("the rows were not shuffled")
	}
	slices.Sort(firsts)
	for i, v := range firsts {
		if v != float64(10*i) {
			t.Fatalf("row %d is %v", i, v)
		}
	}
	_, again, err := table.Split(0.1, 7)
	if err != nil || !mat.Equal(again.X, part.X) {
		t.Errorf("the same seed gave another part, %v", err)
	}
	_, other, err := table.Split(0.1, 8)
	if err != nil || mat.Equal(other.X, part.X) {
		t.Errorf("another seed gave the same part, %v", err)
	}
	if _, least, err := counted(2, 1).Split(0.01, 1); err != nil || least.Rows() != 1 {
		t.Errorf("%v, %v", least, err)
	}
	for _, share := range []float64{0, 1, -1, math.NaN()} {
		if _, _, err = table.Split(share, 1); err == nil {
			t.Errorf("share %v was taken", share)
		}
	}
	_, _, err = counted(1, 1).Split(0.5, 1)
	wantError(t, err, "data: Table.Split: share = 0.5 of 1 row, want a share between 0 and 1 of at least 2 rows")
}

// TestTableSource: a table, or a part of one, that is read as a source and gathered again is unchanged.
func TestTableSource(t *testing.T) {
	table := counted(57, 2)
	_, part, err := table.Split(0.5, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []*data.Table{table, part} {
		got, err := data.ReadAll(source{want})
		if err != nil || !mat.Equal(got.X, want.X) {
			t.Errorf("%v, %v", got, err)
		}
	}
	f := open(t, write(t, "t.csv", []byte("a,b\n1,2\n")), data.Options{})
	if got, err := data.ReadAll(f); err != nil || got.Names[0] != "a" {
		t.Errorf("%v, %v", got, err)
	}
}

// source hides that its rows.Source is a Table.
type source struct{ rows.Source }

// TestReadSome: rows are drawn from the whole file and keep their order, without those that have missing cells; if all of
// them fit, the result is that of ReadAll.
func TestReadSome(t *testing.T) {
	const n = 5000
	var b strings.Builder
	b.WriteString("a,b\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%d\n", i, -i)
	}
	b.WriteString("NA,1\n")
	f := open(t, write(t, "t.csv", []byte(b.String())), data.Options{DropMissing: true})
	some, of, err := f.ReadSome(t.Context(), 100, 3)
	if err != nil || some.Rows() != 100 || of != n || some.Dropped != 1 {
		t.Fatalf("%d rows of %d, %d dropped, %v; want 100 of %d, 1", some.Rows(), of, some.Dropped, err, n)
	}
	for i := range 100 {
		row := some.X.RawRowView(i)
		if row[1] != -row[0] || i > 0 && row[0] <= some.X.At(i-1, 0) {
			t.Errorf("row %d is %v, behind %v", i, row, some.X.RawRowView(max(i-1, 0)))
		}
	}
	again, _, err := f.ReadSome(t.Context(), 100, 3)
	if err != nil || !mat.Equal(some.X, again.X) {
		t.Errorf("the same seed draws other rows (%v)", err)
	}
	whole, of, err := f.ReadSome(t.Context(), n, 3)
	if want := readAll(t, f.Name(), data.Options{DropMissing: true}); err != nil || of != n || !mat.Equal(whole.X, want.X) {
		t.Errorf("all rows: %d, %v, not as ReadAll", of, err)
	}
}

// TestReadSomeRefuses: bad cells are the error that ReadAll gives, a limit of 0 is an error, and a cancelled context ends the reading.
func TestReadSomeRefuses(t *testing.T) {
	f := open(t, write(t, "t.csv", []byte("a,b\n1,2\n3,x\n5,6\n")), data.Options{})
	_, want := f.ReadAll()
	if _, _, err := f.ReadSome(t.Context(), 1, 0); err == nil || err.Error() != want.Error() {
		t.Errorf("%v, want %v", err, want)
	}
	if _, _, err := f.ReadSome(t.Context(), 0, 0); err == nil {
		t.Error("no error for a limit of 0")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g := open(t, write(t, "u.csv", []byte("a\n"+strings.Repeat("1\n", 20_000))), data.Options{})
	if _, _, err := g.ReadSome(ctx, 10, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the context's error", err)
	}
}
