package columns_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gaussflow/columns"
)

// TestPlainNumbers: cells of digits are read as strconv.ParseFloat reads them, to the bit, however many digits they have.
func TestPlainNumbers(t *testing.T) {
	c := columns.Column{Name: "a", Kind: columns.Numbers, Form: columns.Form{Decimals: -1}}
	read := c.Reader()
	rng := rand.New(rand.NewPCG(3, 5))
	for range 20_000 {
		digits := make([]byte, 1+rng.IntN(24))
		for i := range digits {
			digits[i] = byte('0' + rng.IntN(10))
		}
		cell := string(digits)
		if at := rng.IntN(len(cell) + 4); at < len(cell) {
			cell = cell[:at] + "." + cell[at:]
		}
		if rng.IntN(3) == 0 {
			cell = "-" + cell
		}
		want, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, why := read(cell); why != "" || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q is %v (%s), want %v", cell, got, why, want)
		}
	}
}

// TestPlainForms: of numbers without units the form is found as well: decimals, leading zeros, points between thousands, dates of eight digits.
func TestPlainForms(t *testing.T) {
	for cells, want := range map[string]columns.Column{
		"1.5 2.25 3.10 4.75":                           {Kind: columns.Numbers, Form: columns.Form{Decimals: -1, Places: 2}},
		"1.50 2.25 3.10 4.75":                          {Kind: columns.Numbers, Form: columns.Form{Decimals: 2}},
		"007 014 021 077":                              {Kind: columns.Category},
		"1.234 2.345 3.456 4.567":                      {Kind: columns.Numbers, Form: columns.Form{Decimals: 3}},
		"1.234,5 2.345,1 -3.456,2 4.567 12.345,0":      {Kind: columns.Numbers, Form: columns.Form{Decimal: ",", Thousands: ".", Decimals: -1, Places: 1}},
		"20240101 20240229 20231231 20240630 20240105": {Kind: columns.Time, Form: columns.Form{Layout: "20060102"}},
		"-5 -.5 5. +7 1e3":                             {Kind: columns.Numbers, Form: columns.Form{Decimals: -1, Significant: 1}},
	} {
		s, _ := profile(t, "a;b\n"+strings.Join(strings.Fields(strings.Repeat(cells+" ", 3)), ";x\n")+";x\n", columns.Options{})
		c := s.Columns[0]
		if c.Kind == columns.Grid {
			c.Kind = columns.Numbers
		}
		if c.Kind != want.Kind || c.Form != want.Form || c.Bad != nil {
			t.Errorf("%s: %s %+v (bad: %+v), want %s %+v", cells, c.Kind, c.Form, c.Bad, want.Kind, want.Form)
		}
	}
}

// TestFewDigits: a computed number is written with no more digits after the point than those of its column have, and with no more
// significant ones than floating-point numbers and those with powers of ten.
func TestFewDigits(t *testing.T) {
	for cells, want := range map[string]string{
		"12531.83593 1940.478149 5712.3 12740.04101": "28140.576177",
		"53113.0 2666.86 33.449899 7":                "28140.576177",
		"1.5 2 3.25 41.75":                           "28140.58",
		"0.2604 0.01 0.5 0.3":                        "28140.5762",
		"1.234567890123 12.5 0.0123456789012":        "28140.57617712",
		"1.2345e3 12.5 0.5":                          "28141",
		"0.1 0.30000000000000004 0.7 0.25":           "28140.576177123457",
	} {
		s, _ := profile(t, "a;b\n"+strings.Join(strings.Fields(strings.Repeat(cells+" ", 3)), ";x\n")+";x\n", columns.Options{})
		c := s.Columns[0]
		c.Step, c.Upper, c.Lower, c.Atoms = 0, nil, nil, nil
		if got := string(c.Append(nil, 28140.576177123458)); got != want {
			t.Errorf("%s: %s, want %s", cells, got, want)
		}
	}
}

// counted makes a column of n cells, some of which, bad, are not numbers.
func counted(n int, bad map[int]string) string {
	var b strings.Builder
	b.WriteString("a,b\n")
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		if text, is := bad[i]; is {
			fmt.Fprintf(&b, "%s,0\n", text)
			continue
		}
		fmt.Fprintf(&b, "%.3f,%d\n", rng.NormFloat64(), rng.IntN(9))
	}
	return b.String()
}

// TestLongTable: in more rows than are looked at together each bad cell and row is counted, with the number and the line of the first.
func TestLongTable(t *testing.T) {
	const n = 20_000
	s, _ := profile(t, counted(n, map[int]string{7_776: "12o5", 15_000: "n.a.", 19_999: "x"}), columns.Options{})
	a := s.Columns[0]
	if s.Rows != n || a.Missing != 1 || a.Bad == nil || a.Bad.Count != 2 || a.Bad.Row != 7_777 || a.Bad.Line != 7_778 || a.Bad.Text != "12o5" {
		t.Errorf("%d rows, %d missing, bad %+v", s.Rows, a.Missing, a.Bad)
	}
	total := 0
	for _, count := range s.Columns[1].Levels {
		total += count.Count
	}
	if b := s.Columns[1]; b.Kind != columns.Grid || b.Max != 8 || total != 0 {
		t.Errorf("b is %s to %v, %d in levels", b.Kind, b.Max, total)
	}
	s, _ = profile(t, counted(n, map[int]string{7_776: "1,2"}), columns.Options{})
	if s.Rows != n-1 || s.BadRows == nil || s.BadRows.Count != 1 || s.BadRows.Row != 7_777 || s.BadRows.Line != 7_778 {
		t.Errorf("%d rows, bad rows %+v", s.Rows, s.BadRows)
	}
}

// TestDigits: whole numbers that differ in digits beyond those of a float64 are identifiers, however many of them one float64 stands for.
func TestDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 9))
	for name, cell := range map[string]func() string{
		"17 digits":              func() string { return fmt.Sprintf("12345678901234%03d", rng.IntN(1000)) },
		"of 64 bits":             func() string { return strconv.FormatUint(rng.Uint64(), 10) },
		"21, six of which vary":  func() string { return fmt.Sprintf("184467440737095%06d", rng.IntN(1_000_000)) },
		"25, two of which vary":  func() string { return fmt.Sprintf("18446744073709512345%05d", rng.IntN(90_000)) },
		"20, below zero, a sign": func() string { return "-" + strconv.FormatUint(1<<63+rng.Uint64()>>1, 10) },
	} {
		var table strings.Builder
		table.WriteString("a,b\n")
		for i := range 60 {
			fmt.Fprintf(&table, "%s,%d\n", cell(), i)
		}
		s, _ := profile(t, table.String(), columns.Options{})
		if c := s.Columns[0]; c.Kind != columns.Identifier {
			t.Errorf("%s: %s (%s), want an identifier", name, c.Kind, c.Note)
		}
	}
}

// TestFewNumbersBesideLimits: answers such as <5, 5, 6, …, 9 or 1, …, 5, unsure are a category, which keeps how often each was given;
// limits and words among many different numbers are missing values.
func TestFewNumbersBesideLimits(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for _, c := range []struct {
		other   string
		numbers int
		kind    columns.Kind
	}{{"<5", 5, columns.Category}, {"unsure", 5, columns.Category}, {"<5", 900, columns.Grid}, {"unsure", 900, columns.Grid}} {
		var table strings.Builder
		table.WriteString("a,b\n")
		for i := range 600 {
			cell := strconv.Itoa(5 + rng.IntN(c.numbers))
			if i%12 == 5 {
				cell = c.other
			}
			fmt.Fprintf(&table, "%s,%d\n", cell, i%7)
		}
		s, _ := profile(t, table.String(), columns.Options{})
		if got := s.Columns[0]; got.Kind != c.kind || c.kind == columns.Grid && got.Missing != 50 || c.kind == columns.Category && got.Missing != 0 {
			t.Errorf("%q beside %d numbers: %s with %d missing cells, want %s", c.other, c.numbers, got.Kind, got.Missing, c.kind)
		}
	}
}
