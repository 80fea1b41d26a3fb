package data_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/rows"
)

// counted is a table whose cells tell their row and column.
func counted(n, d int) *data.Table {
	x := mat.NewDense(n, d, nil)
	x.Apply(func(i, j int, _ float64) float64 { return float64(10*i + j) }, x)
	return &data.Table{Names: []string{"a", "b", "c"}[:d], X: x}
}

// TestSplit: every row lands in one part, whole; the seed decides which.
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
	wantError(t, err, "data: Table.Split: share = 0.5 of 1 rows, want a share between 0 and 1 of at least 2 rows")
}

// TestTableSource: a table, and a part of one, read as sources and gathered again are themselves.
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

// source hides what a Table is beside a rows.Source.
type source struct{ rows.Source }
