package columns_test

import (
	"fmt"
	"testing"

	"gaussflow/columns"
)

// TestOwnOrder: dates that are certain decide about the others of their column, whatever the rest of the table shows.
func TestOwnOrder(t *testing.T) {
	cells := []string{"2021-05-02", "25/3/2021", "2021-07-30", "04/05/2021"}
	text := table("v;w", 40, func(i int) []any { return []any{cells[i%len(cells)], fmt.Sprintf("03/%02d/2021", 1+i%28)} })
	s, _ := profile(t, text, columns.Options{})
	got, _ := s.Column("v")
	if v, err := got.Parse("04/05/2021"); err != nil || string(got.Append(nil, v)) != "2021-05-04" {
		t.Errorf("%s %s: 04/05/2021 is read as %s, %v, want 2021-05-04", got.Kind, got.Describe(), got.Append(nil, v), err)
	}
}
