package columns_test

import (
	"testing"

	"gaussflow/columns"
)

// TestSpansInAnyOrder: what a column of lengths of time is does not depend on the order of its rows.
func TestSpansInAnyOrder(t *testing.T) {
	cells := []string{"5 minutes", "2 hours", "1 hour 30 minutes", "12 minutes", "3 hours 1 minute", "2 hours 45 minutes", "1 hour"}
	var want string
	for shift := range cells {
		text := table("v;w", 70, func(i int) []any { return []any{cells[(i+shift)%len(cells)], 0.25 * float64(i)} })
		s, _ := profile(t, text, columns.Options{})
		got, _ := s.Column("v")
		if want == "" {
			want = got.Form.Layout
		}
		if v, err := got.Parse("2 hours 5 minutes"); got.Kind != columns.Time || got.Form.Layout != want || err != nil || v != 7500 {
			t.Errorf("from %q: %s %s, 2 hours 5 minutes is %v, %v; want times as %q", cells[shift], got.Kind, got.Describe(), v, err, want)
		}
	}
	text := table("v;w", 70, func(i int) []any { return []any{[]string{"2h 5m", "5m 12s"}[i%2], 0.25 * float64(i)} })
	s, _ := profile(t, text, columns.Options{})
	if got, _ := s.Column("v"); got.Kind != columns.Category {
		t.Errorf("2h 5m and 5m 12s: %s %s, want a category", got.Kind, got.Describe())
	}
}
