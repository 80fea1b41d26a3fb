package columns_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"gaussflow/columns"
)

// FuzzCell: no text panics as a cell of any column, and what is read as a value is written so that it reads as the same value.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"1", "-1.5", "$1,234.50", "1.234,5", "31%", "81 kg", "12o5", "100_1", "0x1p-2", "2024-02-29", "23:59", "36:15:00", "-1 days +23:59:50", "12,34,567", "NA", "", "1e-200", "9e307"} {
		f.Add(s)
	}
	forms := []columns.Column{
		{Kind: columns.Numbers, Form: columns.Form{Decimals: -1}}, {Kind: columns.Numbers, Form: columns.Form{Decimal: ",", Decimals: -1}},
		{Kind: columns.Time, Form: columns.Form{Layout: "2006-01-02"}}, {Kind: columns.Time, Form: columns.Form{Layout: "2006-01-02T15:04:05Z07:00"}},
		{Kind: columns.Time, Form: columns.Form{Layout: "NN:04:05.000"}}, {Kind: columns.Time, Form: columns.Form{Layout: "N days 15:04:05"}},
		{Kind: columns.Category, Levels: []columns.Level{{Text: "a"}, {Text: ""}}},
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, c := range forms {
			v, err := c.Parse(cell)
			if err != nil || v != v {
				continue
			}
			again, err := c.Parse(string(c.Append(nil, v)))
			if c.Form.Decimal+c.Form.Layout == "" && len(c.Append(nil, v)) > 60 {
				continue // more digits than a cell has
			}
			if (err != nil || again != v) && (plain(cell) || c.Form.Layout != "") {
				t.Errorf("%q is %v, written %q, which is %v (%v)", cell, v, c.Append(nil, v), again, err)
			}
		}
	})
}

// plain reports whether a cell is a number of a size that is written without an exponent.
func plain(cell string) bool {
	v := columns.Number(cell)
	return v == v && (v == 0 || math.Abs(v) > 1e-4 && math.Abs(v) < 1e21)
}

// FuzzSchema: no JSON makes reading a schema panic, and a schema that is read, written and read again is the same.
func FuzzSchema(f *testing.F) {
	f.Add([]byte(`{"columns":[{"name":"a","kind":"grid","step":1,"max":3,"form":{}}]}`))
	f.Add([]byte(`{"columns":[{"name":"a","kind":"numbers","form":{}},{"name":"b","kind":"derived","relation":{"from":["a"],"factors":[2],"tolerance":0},"form":{}}]}`))
	f.Add([]byte(`{"columns":[{"name":"a","kind":"time","form":{"layout":"2006-01-02"}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := columns.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err = s.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := columns.Read(&b)
		if err != nil || len(again.Columns) != len(s.Columns) || !reflect.DeepEqual(again.Columns[0].Levels, s.Columns[0].Levels) {
			t.Fatalf("%v: %+v, want %+v", err, again, s)
		}
		for i := range s.Columns {
			_ = s.Columns[i].Describe()
			_ = s.Columns[i].Append(nil, 0.5)
		}
	})
}
