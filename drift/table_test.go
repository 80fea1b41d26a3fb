package drift_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"gaussflow/columns"
	"gaussflow/drift"
)

// A table holds its cells as text, in memory.
type table struct {
	names []string
	rows  [][]string
}

func (t *table) Names() []string              { return t.names }
func (t *table) Pass() (columns.Pass, error)  { return &pass{table: t, at: -1}, nil }
func (t *table) add(cells ...any)             { t.rows = append(t.rows, texts(cells)) }
func (t *table) side(name string) drift.Table { return drift.Table{Rows: t, Name: name} }

func texts(cells []any) (row []string) {
	for _, c := range cells {
		row = append(row, fmt.Sprint(c))
	}
	return row
}

type pass struct {
	*table
	at int
}

func (p *pass) Next() error {
	if p.at++; p.at >= len(p.rows) {
		return io.EOF
	}
	return nil
}
func (p *pass) Fault() string              { return "" }
func (p *pass) Number(int) (float64, bool) { return 0, false }
func (p *pass) Text(j int) []byte          { return []byte(p.rows[p.at][j]) }
func (p *pass) Place() (row, line int)     { return p.at + 1, p.at + 2 }
func (p *pass) Close() error               { return nil }

// people draws rows with all kinds of columns: numbers with missing cells, a count with one frequent value, whole numbers, a
// category, a boolean, a date.
func people(n int, rng *rand.Rand) *table {
	t := &table{names: []string{"height", "spent", "rooms", "city", "member", "since"}}
	for range n {
		z := rng.NormFloat64()
		height := fmt.Sprintf("%.1f", 170+8*z)
		if rng.Float64() < 0.1 {
			height = ""
		}
		spent := "0"
		if rng.Float64() < 0.4 {
			spent = fmt.Sprintf("%.2f", 20*rng.ExpFloat64())
		}
		city := []string{"Oslo", "Rome", "Lima", "Bonn"}[min(int(rng.ExpFloat64()*1.2), 3)]
		t.add(height, spent, 1+int(3+z+rng.NormFloat64()), city, []string{"no", "yes"}[rng.IntN(2)], fmt.Sprintf("2024-%02d-%02d", 1+rng.IntN(12), 1+rng.IntN(28)))
	}
	return t
}

func compare(t *testing.T, a, b *table, c drift.Config) *drift.Result {
	t.Helper()
	r, err := drift.Compare(context.Background(), a.side("a"), b.side("b"), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// columnOf returns the column with this name.
func columnOf(t *testing.T, r *drift.Result, name string) drift.Column {
	t.Helper()
	for _, c := range r.Columns {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no column %q among %d", name, len(r.Columns))
	return drift.Column{}
}
