package report_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gaussflow/data"
	"gaussflow/drift"
	"gaussflow/report"
)

// shops are two tables. In the second, prices have risen, a city is new, y no longer depends on x, and some cells are missing.
func shops(t *testing.T, extra int) *drift.Result {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 1))
	var tables [2]drift.Table
	for side := range tables {
		var b strings.Builder
		b.WriteString("price,<b>city</b>,x,y,day,tip")
		for k := range extra {
			fmt.Fprintf(&b, ",e%d", k)
		}
		for range 400 {
			x := rng.NormFloat64()
			y, city, tip := x+0.3*rng.NormFloat64(), []string{"Oslo", "Rome"}[rng.IntN(2)], "0"
			if side == 1 {
				y = rng.NormFloat64()
				if rng.IntN(5) == 0 {
					city = "Bonn & Co"
				}
			}
			if rng.IntN(2+2*side) == 0 {
				tip = fmt.Sprintf("%.2f", rng.ExpFloat64())
			}
			if rng.IntN(10-6*side) == 0 {
				tip = ""
			}
			fmt.Fprintf(&b, "\n$%d,%s,%.3f,%.3f,2024-0%d-0%d,%s", 20+rng.IntN(30)+20*side, city, x, y, 1+rng.IntN(9), 1+rng.IntN(9), tip)
			for range extra {
				fmt.Fprintf(&b, ",%.3f", rng.NormFloat64()+float64(2*side))
			}
		}
		path := filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(path, []byte(b.String()+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := data.Open(path, data.Options{})
		if err != nil {
			t.Fatal(err)
		}
		tables[side] = drift.Table{Rows: file, Name: []string{"jan<i>.csv", "feb.csv"}[side]}
	}
	r, err := drift.Compare(t.Context(), tables[0], tables[1], drift.Config{Draws: 99})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDriftPage(t *testing.T) {
	r := shops(t, 0)
	var b bytes.Buffer
	if err := report.WriteDrift(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<h1>jan&lt;i&gt;.csv and feb.csv: what changed</h1>", "The tables differ", "median $", "new: Bonn &amp; Co (", "&lt;b&gt;city&lt;/b&gt;", "rank correlation 0.9",
		`id="shapes"`, `id="pairs"`, `id="still"`, "<strong>tip</strong>",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if _, err := html.Parse(bytes.NewReader(b.Bytes())); err != nil || strings.Contains(b.String(), "<i>") || strings.Contains(b.String(), "NaN") {
		t.Errorf("the page is not well: %v", err)
	}
	if got, want := strings.Count(b.String(), "<svg"), len(r.Moved())+2*len(r.Pairs); got != want {
		t.Errorf("%d figures, want %d", got, want)
	}
	var again bytes.Buffer
	if err := report.WriteDrift(&again, r); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("another page of the same result: %v", err)
	}
}

// TestDriftPageOfMany: pictures beyond the limit are in a part of the page that is closed at first.
func TestDriftPageOfMany(t *testing.T) {
	var b bytes.Buffer
	if err := report.WriteDrift(&b, shops(t, 40)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "more columns that moved</summary>") {
		t.Error("no column is folded away")
	}
}

// TestDriftPageOfNoDrift: the page of two tables without a difference has no section of changed columns.
func TestDriftPageOfNoDrift(t *testing.T) {
	r := shops(t, 0)
	for i := range r.Columns {
		r.Columns[i].Moved = false
	}
	r.P, r.Pairs = 0.7, nil
	var b bytes.Buffer
	if err := report.WriteDrift(&b, r); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"No difference can be seen": true, "p = 0.7": true, `id="shapes"`: false, `id="pairs"`: false} {
		if strings.Contains(b.String(), text) != want {
			t.Errorf("%q is there: %t, want %t", text, !want, want)
		}
	}
}

func TestDriftPageOfNothing(t *testing.T) {
	whole := shops(t, 0)
	for name, change := range map[string]func(*drift.Result){
		"rows": func(r *drift.Result) { r.Kept[1] = nil }, "schema": func(r *drift.Result) { r.Schema = nil },
		"column": func(r *drift.Result) { r.Columns = []drift.Column{{Name: "nowhere", Moved: true}} },
		"pair":   func(r *drift.Result) { r.Pairs = []drift.Pair{{Names: [2]string{"x", "nowhere"}}} },
	} {
		r := *whole
		change(&r)
		var b bytes.Buffer
		if err := report.WriteDrift(&b, &r); err == nil || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
	if report.WriteDrift(nil, whole) == nil || report.WriteDrift(&bytes.Buffer{}, nil) == nil {
		t.Error("nil is written")
	}
}
