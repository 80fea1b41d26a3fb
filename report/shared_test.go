package report_test

import (
	"context"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gaussflow/report"
	"gaussflow/tabular"
)

// section returns the section of a page that has this id.
func section(t *testing.T, page []byte, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(string(page), `<section id="`+id+`">`)
	if !found {
		t.Fatalf("the page has no section %q", id)
	}
	in, _, _ := strings.Cut(rest, "</section>")
	return in
}

// TestShared: the section names the pair of columns that shares most and about how much, draws a grid of all pairs, and the
// total loss of the layers is about the total correlation.
func TestShared(t *testing.T) {
	const n, rho = 1500, 0.8
	r := rand.New(rand.NewPCG(4, 5))
	x := table(n, normal, normal, normal)
	for i := range n {
		x.Set(i, 2, rho*x.At(i, 0)+math.Sqrt(1-rho*rho)*r.NormFloat64())
	}
	model, err := tabular.Fit(context.Background(), []string{"a", "b", "c"}, x, tabular.Config{Family: tabular.Gaussian})
	if err != nil {
		t.Fatal(err)
	}
	in := section(t, write(t, report.Input{Model: model, Rows: x}), "shared")
	truth := -0.5 * math.Log(1-rho*rho)
	for what, form := range map[string]string{
		"the pair":   `<strong>a and c</strong>: ([0-9.]+) ± 0\.0[1-9] nats`,
		"the layers": `([0-9.]+) nats in all, most of it in layer`,
	} {
		found := regexp.MustCompile(form).FindStringSubmatch(in)
		if found == nil {
			t.Fatalf("%s: no match of %s in\n%s", what, form, in)
		}
		if v, err := strconv.ParseFloat(found[1], 64); err != nil || math.Abs(v-truth) > 0.06 {
			t.Errorf("%s: %s nats, want %.3f (%v)", what, found[1], truth, err)
		}
	}
	if shades := strings.Count(in, "var(--data);fill-opacity:"); shades < 6 {
		t.Errorf("%d cells in shades, want one for each pair and the scale", shades)
	}
}

// TestSharedInWords: if something cannot be measured, the page says so.
func TestSharedInWords(t *testing.T) {
	for name, c := range map[string]struct {
		in    report.Input
		words string
	}{
		"few rows":   {report.Input{Model: fit(t, []string{"a", "b"}, table(100, normal, normal)), Rows: table(3, normal, normal)}, "3 rows are too few to say"},
		"ties":       {report.Input{Model: fit(t, []string{"a", "b"}, table(300, tied, normal)), Rows: table(300, tied, normal)}, "many equal values, so that it has no entropy"},
		"a constant": {report.Input{Model: fit(t, []string{"a", "b", "c"}, table(300, normal, normal, normal)), Rows: table(60, normal, normal, constant)}, "Of one value in these rows, and so not here: c"},
	} {
		if in := section(t, write(t, c.in), "shared"); !strings.Contains(in, c.words) {
			t.Errorf("%s: the section does not say %q:\n%s", name, c.words, in)
		}
	}
	x := shop(300)
	model, err := tabular.FitTable(context.Background(), shopSchema(), x, tabular.Config{Hidden: []int{8}, Epochs: 2, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	in := section(t, write(t, report.Input{Model: model, Rows: x}), "shared")
	for _, words := range []string{"<strong>city and visits</strong>", " rows</span>", "has no layers"} {
		if !strings.Contains(in, words) {
			t.Errorf("of a table of all kinds the section does not say %q:\n%.2000s", words, in)
		}
	}
}
