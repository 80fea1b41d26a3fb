package columns_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gaussflow/columns"
	"gaussflow/data"
)

// profile is the schema that profiling finds of a CSV text.
func profile(t testing.TB, text string, o columns.Options) (*columns.Schema, *data.File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := data.Open(path, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := columns.Profile(t.Context(), f, o)
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

// table is a CSV of rows, each a value for each name.
func table(names string, rows int, row func(i int) []any) string {
	var b strings.Builder
	fmt.Fprintln(&b, names)
	for i := range rows {
		for j, v := range row(i) {
			if j > 0 {
				b.WriteByte(';')
			}
			fmt.Fprint(&b, v)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestKinds: columns of each kind are found to be what a person would say that they are.
func TestKinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	zeros := 0
	text := table("id;normal;count;cents;spent;price;share;kg;euro;flag;zero;kind;code;when;prose;same;none;typo;twice;b;total", 600, func(i int) []any {
		spent := "0.00"
		if rng.Float64() < 0.41 {
			spent = fmt.Sprintf("%.2f", math.Exp(3+rng.NormFloat64()))
		} else {
			zeros++
		}
		typo := fmt.Sprint(rng.IntN(90))
		if i == 99 {
			typo = "12o5"
		}
		a, b := rng.IntN(1e6), rng.IntN(1e6)
		return []any{i + 1, rng.NormFloat64(), rng.IntN(12), fmt.Sprintf("%.2f", 100*rng.Float64()), spent, fmt.Sprintf("$%d,%03d", 1+rng.IntN(9), rng.IntN(1000)),
			fmt.Sprintf("%d%%", rng.IntN(101)), fmt.Sprintf("%d kg", 50+rng.IntN(50)), fmt.Sprintf("1.%03d,%d", rng.IntN(1000), rng.IntN(10)),
			[]string{"yes", "no"}[rng.IntN(2)], rng.IntN(2), []string{"red", "green", "blue", "NA"}[rng.IntN(4)],
			fmt.Sprintf("%d_%d", rng.IntN(1000), i), fmt.Sprintf("2024-%02d-%02d", 1+rng.IntN(12), 1+rng.IntN(28)),
			fmt.Sprintf("a story of %d and %d", i, rng.IntN(1000)), "same", "NA", typo, a, b, a + b}
	})
	s, _ := profile(t, text, columns.Options{})
	for name, want := range map[string]columns.Column{
		"id": {Kind: columns.Identifier}, "normal": {Kind: columns.Numbers}, "count": {Kind: columns.Grid, Step: 1, Max: 11},
		"cents": {Kind: columns.Numbers, Step: 0.01}, "spent": {Kind: columns.Numbers, Step: 0.01},
		"price": {Kind: columns.Numbers, Step: 1, Form: columns.Form{Prefix: "$", Thousands: ","}},
		"share": {Kind: columns.Grid, Step: 1, Max: 100, Form: columns.Form{Suffix: "%"}}, "kg": {Kind: columns.Grid, Step: 1, Form: columns.Form{Suffix: " kg"}},
		"euro": {Kind: columns.Numbers, Step: 0.1, Form: columns.Form{Decimal: ",", Thousands: ".", Decimals: 1}},
		"flag": {Kind: columns.Boolean}, "zero": {Kind: columns.Boolean}, "kind": {Kind: columns.Category}, "code": {Kind: columns.Identifier},
		"when": {Kind: columns.Time, Step: 86400, Form: columns.Form{Layout: "2006-01-02"}}, "prose": {Kind: columns.Text},
		"same": {Kind: columns.Constant, Value: "same"}, "none": {Kind: columns.Empty}, "typo": {Kind: columns.Grid, Step: 1},
		"total": {Kind: columns.Derived},
	} {
		c, ok := s.Column(name)
		if !ok || c.Kind != want.Kind || want.Step != 0 && c.Step != want.Step || want.Max != 0 && c.Max != want.Max || want.Value != c.Value {
			t.Errorf("%s: %+v, want %+v", name, c, want)
		}
		if f := want.Form; f.Prefix+f.Suffix+f.Decimal+f.Thousands+f.Layout != c.Form.Prefix+c.Form.Suffix+c.Form.Decimal+c.Form.Thousands+c.Form.Layout {
			t.Errorf("%s is written as %+v, want %+v", name, c.Form, f)
		}
	}
	if c, _ := s.Column("spent"); len(c.Atoms) != 1 || c.Atoms[0] != (columns.Atom{Value: 0, Share: float64(zeros) / 600}) || c.Lower == nil || *c.Lower != 0 {
		t.Errorf("spent: %+v, want an atom of %d/600 at 0", c, zeros)
	}
	if c, _ := s.Column("typo"); c.Bad == nil || *c.Bad != (columns.Bad{Count: 1, Row: 100, Line: 101, Text: "12o5"}) {
		t.Errorf("typo: %+v", c.Bad)
	}
	if c, _ := s.Column("total"); c.Relation.String() != "twice + b" {
		t.Errorf("total = %v", c.Relation)
	}
}

// TestRoundTrip: a cell that is read and written again is the same text, in each way of writing.
func TestRoundTrip(t *testing.T) {
	for name, cells := range map[string][]string{
		"whole":           {"1", "-20", "300"},
		"decimals":        {"1.50", "-0.25", "300.00"},
		"as they are":     {"1.5", "2", "-0.125"},
		"from float32":    {"14.3999996185303", "2.40000009536743", "19", "-5.19999980926514", "8.60000038146973"},
		"from float32, €": {"14.3999996185303 €", "2.40000009536743 €", "19 €", "8.60000038146973 €"},
		"currency":        {"$1,234.50", "-$0.99", "$12,345,678.00"},
		"parentheses":     {"12", "(500)", "0"},
		"booked":          {"$1,234.50", "($7,035.25)", "($0.05)"},
		"currency out":    {"$5", "$(1,234)"},
		"behind":          {"12.50", "500.25-"},
		"after currency":  {"USD 3", "USD -1,234"},
		"percent, booked": {"5.5%", "(12.0%)"},
		"comma":           {"1.234,5", "-0,5", "12.345.678,0"},
		"lakhs":           {"₹1,23,45,678", "₹99,999", "-₹5,00,000"},
		"spaces":          {"1 234", "12", "1 234 567"},
		"percent":         {"31%", "0%", "100%"},
		"multiples":       {"137", "1.5K", "2M", "12.5M", "-3K"},
		"multiples, $":    {"$1.5 billion", "$800 million", "$12 million"},
		"unit":            {"81 kg", "7 kg", "92 kg"},
		"dates":           {"2024-02-29", "1969-12-31", "2001-01-01"},
		"moments":         {"2024-02-29T23:59:59Z", "1969-12-31T00:00:00Z", "2001-01-01T12:30:00Z"},
		"German":          {"29.02.2024", "31.12.1969", "01.01.2001"},
		"American, noon":  {"02/29/2024 11:59 PM", "12/31/1969 01:05 AM", "01/01/2001 12:30 PM"},
		"letter":          {"February 29, 2024", "December 01, 1969", "January 05, 2001"},
		"weekday":         {"Thursday, February 29, 2024", "Monday, December 1, 1969", "Friday, January 5, 2001"},
		"zone":            {"2024-02-29 23:59:59+00:00", "1969-12-31 00:00:00+00:00", "2001-01-01 12:30:00+00:00"},
		"zone by name":    {"2024-02-29 23:59:59 UTC", "1969-12-31 00:00:00 UTC", "2001-01-01 12:30:00 UTC"},
		"server":          {"29/Feb/2024:23:59:59 +0000", "01/Dec/1969:00:00:00 +0000", "05/Jan/2001:12:30:00 +0000"},
		"American":        {"2/29/2024", "12/31/1969", "1/1/2001"},
		"spreadsheet":     {"2/29/24 23:59", "12/31/11 5:07", "1/1/01 0:30"},
		"short hours":     {"9:05:00", "17:30:15", "0:00:59"},
		"clock":           {"23:59", "00:00", "12:30"},
		"millis":          {"2024-02-29 23:59:59.125", "1969-12-31 00:00:00.500", "2001-01-01 12:30:00.001"},
		"hours":           {"36:15:00", "1:02:03", "123:00:59"},
		"hours, padded":   {"36:15:00", "01:02:03", "123:00:59"},
		"hours, minutes":  {"48:12", "9:05", "-1:30"},
		"laps":            {"1:23.456", "0:59.999", "12:00.000"},
		"timedelta":       {"0 days 00:00:05", "12 days 23:59:59", "-1 days +23:59:50"},
		"timedelta, µs":   {"0 days 00:00:05.500000", "1 days 23:59:59.000001", "-3 days +00:00:00.250000"},
		"units of time":   {"2h 5m", "12h 59m", "0h 0m"},
		"units, short":    {"2h 5m", "12h", "5m", "100h 1m"},
		"units, by name":  {"2 hours and 5 minutes, 3 seconds", "12 hours and 59 minutes, 0 seconds"},
		"ISO 8601":        {"PT2H5M", "PT59M", "PT1H"},
		"words":           {"red", "blue", " a green "},
		"yes and no":      {"Yes", "No", "Yes"},
		"science":         {"1e-200", "2.5e-200", "4e-200"},
	} {
		text := table("v;w", 30, func(i int) []any { return []any{`"` + cells[i%len(cells)] + `"`, 0.25} })
		s, _ := profile(t, text, columns.Options{})
		c, _ := s.Column("v")
		if !c.Modelled() {
			t.Errorf("%s: %+v", name, c)
		}
		for _, cell := range cells {
			v, err := c.Parse(cell)
			if got := string(c.Append(nil, v)); err != nil || got != cell {
				t.Errorf("%s: %q is %v and is written %q (%v)", name, cell, v, got, err)
			}
		}
	}
}

// TestUnread: text that no person would read as a number is not read as one.
func TestUnread(t *testing.T) {
	for _, cell := range []string{"100_1", "0x1p-2", "12o5", "1,23,4", "1.2.3", "--5", "1e999", "five", "5 6", "1st place and more words"} {
		c := columns.Column{Name: "v", Kind: columns.Numbers}
		if v, err := c.Parse(cell); err == nil {
			t.Errorf("%q is read as %v", cell, v)
		}
	}
	for _, cell := range []string{"", "NA", `\N`, "<NA>", "n/a", "null", " ", "NaT"} {
		if !columns.Missing(cell) {
			t.Errorf("%q is not missing", cell)
		}
	}
}

// TestRows: reading gives each row, in order; a cell that does not fit its column is reported with a reason in words.
func TestRows(t *testing.T) {
	fit := table("x;kind;total;y", 60, func(i int) []any { return []any{i * i, []string{"a", "b"}[i%2], i*i + 7*i%13, 7 * i % 13} })
	s, _ := profile(t, fit, columns.Options{})
	_, f := profile(t, "kind;y;x;total\na;1;2;3\nc;1;2;3\nb;;oops;3\na;1\nb;1;2;4\n", columns.Options{})
	r, err := s.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i, want := range []struct{ values, reason, broken string }{
		{"[2 0 1]", "", ""}, {"[2 NaN 1]", `kind: "c" is none of its values`, ""}, {"[NaN 1 NaN]", `x: "oops" is no number`, ""},
		{"[NaN NaN NaN]", "has 2 cells, want 4 as the first record", ""}, {"[2 1 1]", "", "total: 4 is not x + y"},
	} {
		if err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(r.Values()); got != want.values || r.Reason() != want.reason || r.Broken() != want.broken {
			t.Errorf("row %d: %s %q %q, want %+v", i, got, r.Reason(), r.Broken(), want)
		}
	}
}

// TestUnits: numbers without a unit are of the same as those with one if they are about as large, and multiples of a thousand are read
// where a column shows them.
func TestUnits(t *testing.T) {
	for name, c := range map[string]struct {
		cells []string
		kind  columns.Kind
		of    map[string]float64
	}{
		"percent or none":     {[]string{"60%", "55", "41 %", "97%"}, columns.Grid, map[string]float64{"60": 60, "60%": 60}},
		"percent and shares":  {[]string{"60%", "0.55", "41%", "0.97"}, columns.Category, nil},
		"dollars or none":     {[]string{"$60.50", "55.25", "41.75", "97.00"}, columns.Numbers, map[string]float64{"60": 60, "$60": 60}},
		"letters of a code":   {[]string{"12", "14", "14A", "15", "16", "19"}, columns.Category, nil},
		"mostly with a word":  {[]string{"12 kg", "14", "15 kg", "16 kg", "19 kg"}, columns.Grid, map[string]float64{"12": 12}},
		"multiples":           {[]string{"137", "1.1K", "2M", "35", "3.7K"}, columns.Numbers, map[string]float64{"1.1K": 1100, "2 M": 2e6, "7k": 7000, "8": 8}},
		"thousands alone":     {[]string{"1.1K", "3.75K", "2.25K"}, columns.Numbers, map[string]float64{"1.1K": 1.1}},
		"meters among others": {[]string{"12", "3 m", "7 m", "15"}, columns.Category, nil},
		"meters and 5k":       {[]string{"100m", "200m", "400m", "800m", "1500m", "5k", "10k"}, columns.Category, nil},
		"thousand meters":     {[]string{"100", "200", "400", "1500", "5k", "10k"}, columns.Grid, map[string]float64{"5k": 5000}},
		"bytes":               {[]string{"512B", "3.2K", "1.5M", "87B", "12K"}, columns.Category, nil},
		"whole bytes":         {[]string{"12B", "3.2K", "780M", "87B", "12K"}, columns.Category, nil},
		"kelvins or none":     {[]string{"281", "319K", "300.5", "282K", "318", "290.5K", "291.5K"}, columns.Numbers, map[string]float64{"290K": 290, "290": 290}},
		"kelvins, rounded":    {[]string{"281", "319.5K", "300", "282K", "318", "290.5K", "291.5K"}, columns.Numbers, map[string]float64{"290K": 290, "290": 290}},
		"colder with a unit":  {[]string{"300", "299K", "319", "281K", "310", "290K", "288K"}, columns.Grid, map[string]float64{"290K": 290}},
		"kelvins in half":     {[]string{"281", "319K", "300", "282K"}, columns.Category, nil},
		"thousands from 137":  {[]string{"137", "1.5K", "900", "12K", "6K"}, columns.Numbers, map[string]float64{"1.5K": 1500}},
		"thousands from 0":    {[]string{"0", "1", "5", "137", "820", "1.5K", "301.2K"}, columns.Numbers, map[string]float64{"5": 5, "301.2K": 301200}},
		"teslas and molars":   {[]string{"5T", "5M", "7T", "3M"}, columns.Category, nil},
		"thousands above":     {[]string{"5000K", "2M", "7000K", "3M"}, columns.Category, nil},
		"billions":            {[]string{"12K", "3.5M", "1.2B", "870M", "2.75B"}, columns.Numbers, map[string]float64{"1.2B": 1.2e9}},
		"billions, $":         {[]string{"$512B", "$3M", "$47B", "$12.5M"}, columns.Numbers, map[string]float64{"$512B": 512e9, "$2T": 2e12}},
		"billions, a word":    {[]string{"512B", "3 million", "47B", "12.5 million"}, columns.Numbers, map[string]float64{"512B": 512e9}},
		"small percents":      {[]string{"1%", "0.25", "8%", "0.9", "4%"}, columns.Category, nil},
		"percents of shares":  {[]string{"0.1%", "0.25", "0.7%", "0.9"}, columns.Numbers, map[string]float64{"0.5": 0.5}},
		"percent or 0":        {[]string{"0", "40%", "61%", "17%"}, columns.Numbers, map[string]float64{"0": 0, "40%": 40}},
		"a unit or 0":         {[]string{"0", "0", "0", "40 mg", "61 mg"}, columns.Numbers, map[string]float64{"0": 0, "40 mg": 40}},
	} {
		text := table("v;w", 60, func(i int) []any { return []any{c.cells[i%len(c.cells)], 0.25 * float64(i)} })
		s, _ := profile(t, text, columns.Options{})
		got, _ := s.Column("v")
		if got.Kind != c.kind && !(c.kind == columns.Numbers && got.Kind == columns.Grid) {
			t.Errorf("%s: is %s %s, want %s", name, got.Kind, got.Describe(), c.kind)
			continue
		}
		for text, want := range c.of {
			if v, err := got.Parse(text); err != nil || v != want {
				t.Errorf("%s: %q is read as %v, %v, want %v", name, text, v, err, want)
			}
		}
	}
}

// TestWays: dates written in several ways are read if each way is certain, or becomes so by another; what is not is left out, or bad.
func TestWays(t *testing.T) {
	const iso, mid = "2006-01-02", "2 Jan 2006"
	for name, c := range map[string]struct {
		cells []string
		also  string // "" for text
		of    map[string]string
	}{
		"words":              {[]string{"2021-05-02", "3 Mar 2021", "2021-07-30", "14 Apr 2021"}, mid, map[string]string{"1 May 2021": "2021-05-01"}},
		"day first":          {[]string{"2021-05-02", "13/04/2021", "2021-07-30", "05/04/2021", "2021-07-31"}, "02/01/2006", map[string]string{"02/03/2021": "2021-03-02"}},
		"ordered by another": {[]string{"2021-05-02", "04/05/2021", "2021-07-30", "25/3/2021"}, "2/1/2006; 02/01/2006", map[string]string{"04/05/2021": "2021-05-04"}},
		"own order":          {[]string{"2021-05-02", "25/3/2021", "2021-07-30", "04/05/2021"}, "2/1/2006; 02/01/2006", map[string]string{"04/05/2021": "2021-05-04"}},
		"both orders":        {[]string{"2021-05-02", "3/25/2021", "25/12/2021", "2021-07-30"}, "", nil},
		"only both orders":   {[]string{"3/25/2021", "4/17/2021", "25/12/2021", "3/26/2021"}, "", nil},
		"open":               {[]string{"2021-05-02", "04/05/2021", "2021-07-30", "03/02/2021"}, "", nil},
		"days and moments":   {[]string{"2021-05-02", "2021-07-30", "2021-05-02 10:30", "2021-05-03 11:30"}, "", nil},
	} {
		text := table("v;w", 40, func(i int) []any { return []any{c.cells[i%len(c.cells)], 0.25 * float64(i)} })
		s, _ := profile(t, text, columns.Options{})
		got, _ := s.Column("v")
		if (got.Kind == columns.Time) != (c.also != "") || got.Form.Also != c.also || c.also != "" && got.Form.Layout != iso {
			t.Errorf("%s: %s %s, also %q, want %q", name, got.Kind, got.Describe(), got.Form.Also, c.also)
		}
		for text, want := range c.of {
			if v, err := got.Parse(text); err != nil || string(got.Append(nil, v)) != want {
				t.Errorf("%s: %q is read as %s, %v, want %s", name, text, got.Append(nil, v), err, want)
			}
		}
	}
}
