package columns_test

import (
	"fmt"
	"strings"
	"testing"

	"gaussflow/columns"
)

// TestLetters: a column of multiples reads no letter that may be a unit, unless it has it or a currency.
func TestLetters(t *testing.T) {
	for _, form := range []columns.Form{{Multiples: "K,M", Decimals: -1}, {Multiples: "K,M,,T", Decimals: -1}} {
		c := columns.Column{Name: "v", Kind: columns.Numbers, Form: form}
		for _, cell := range []string{"512B", "5m", "7b"} {
			if v, err := c.Parse(cell); err == nil {
				t.Errorf("%s: %q is read as %v", form.Multiples, cell, v)
			}
		}
	}
	c := columns.Column{Name: "v", Kind: columns.Numbers, Form: columns.Form{Multiples: ",M,,T", Decimals: -1}}
	if got := c.Describe(); !strings.Contains(got, "M, T as") {
		t.Errorf("is described as %q, want M, T", got)
	}
}

// TestMixedIsNamed: what keeps numbers or dates from being read as such is said, also where they come often enough for a category.
func TestMixedIsNamed(t *testing.T) {
	text := table("share;day;code;w", 400, func(i int) []any {
		share, day := fmt.Sprintf("%d%%", 1+i%40), fmt.Sprintf("%d/%d/2021", 13+i%15, 1+i%3)
		if i%2 == 0 {
			share, day = fmt.Sprintf("0.%02d", 10+i%80), fmt.Sprintf("%d/%d/2021", 1+i%3, 13+i%15)
		}
		return []any{share, day, []string{"12", "14", "14A"}[i%3], 0.25 * float64(i)}
	})
	s, _ := profile(t, text, columns.Options{})
	for name, want := range map[string]string{"share": "numbers of different units: none in 200, % in 200", "day": "times written in several ways, 1/2/2006 in 200 of 400 cells", "code": ""} {
		if c, _ := s.Column(name); c.Kind != columns.Category || c.Note != want {
			t.Errorf("%s: is %s, %q, want a category, %q", name, c.Kind, c.Note, want)
		}
	}
}
