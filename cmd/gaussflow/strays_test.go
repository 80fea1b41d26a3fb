package main

import (
	"testing"

	"gaussflow/columns"
)

// TestStrayed: what is between the steps of a column is not of it, and what is on them is, also in seconds of which float32 has no neighbours.
func TestStrayed(t *testing.T) {
	minutes := columns.Column{Kind: columns.Time, Min: 1_599_999_960, Max: 1_600_100_000, Step: 60, Form: columns.Form{Layout: "2006-01-02 15:04:05"}}
	halves := columns.Column{Kind: columns.Time, Min: 1_599_999_075.5, Max: 1_600_100_000, Step: 1, Form: columns.Form{Layout: "2006-01-02 15:04:05.000"}}
	tenths := columns.Column{Kind: columns.Grid, Min: float64(float32(1999.9)), Max: 3000, Step: 0.1, Form: columns.Form{Decimals: -1}}
	for _, s := range []struct {
		column *columns.Column
		v      float64
		stray  bool
	}{
		{&minutes, 1_600_000_020, false}, {&minutes, 1_600_000_025, true}, {&minutes, 1_600_000_000, true},
		{&halves, 1_600_000_000.5, false}, {&halves, 1_600_000_000, true},
		{&tenths, float64(float32(2100.3)), false}, {&tenths, 2100.3, false}, {&tenths, 2000, false}, {&tenths, 2100.35, true},
	} {
		if strayed(s.column, s.v) != s.stray {
			t.Errorf("%v in a column from %v by %v: strayed is %t", s.v, s.column.Min, s.column.Step, !s.stray)
		}
	}
}
