package columns_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gaussflow/columns"
)

// TestTimesOfTimes: an end that is a start and a duration is made of them, in its own form, and a row in which it is not is told of.
func TestTimesOfTimes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	text := table("start;hours;end;paid", 300, func(i int) []any {
		start := time.Date(2024, 1, 1, 0, 0, rng.IntN(300*86400), 0, time.UTC)
		hours := float64(rng.IntN(4000)) / 100
		end := start.Add(time.Duration(hours * float64(time.Hour)))
		if i == 70 {
			end = end.Add(time.Hour)
		}
		return []any{start.Format(time.DateTime), fmt.Sprintf("%.2f", hours), end.Format(time.DateTime), start.AddDate(0, 0, 14).Format(time.DateOnly)}
	})
	s, _ := profile(t, text, columns.Options{})
	end, _ := s.Column("end")
	if end.Kind != columns.Derived || end.Relation.Broken == nil || end.Relation.Broken.Count != 1 || end.Relation.Broken.Row != 71 {
		t.Fatalf("the end is %s", end.Describe())
	}
	if v, err := end.Parse("2024-05-06 07:08:09"); err != nil || string(end.Append(nil, v)) != "2024-05-06 07:08:09" {
		t.Errorf("written as %q (%v)", end.Append(nil, v), err)
	}
	if paid, _ := s.Column("paid"); paid.Kind != columns.Time {
		t.Errorf("the day of payment, to which the start is not exact, is %s", paid.Describe())
	}
}

// TestCoarseRelation: degrees Celsius with a decimal are computed from degrees Fahrenheit with one, but not from whole ones, which leave
// five or six values open.
func TestCoarseRelation(t *testing.T) {
	for decimals, derived := range map[int]bool{0: false, 1: true} {
		rng := rand.New(rand.NewPCG(5, 6))
		text := table("km;f;c", 400, func(int) []any {
			celsius := 12 + 8*rng.NormFloat64()
			return []any{fmt.Sprintf("%.1f", 50*rng.Float64()), fmt.Sprintf("%.*f", decimals, celsius*1.8+32), fmt.Sprintf("%.1f", celsius)}
		})
		s, _ := profile(t, text, columns.Options{})
		if c, _ := s.Column("c"); (c.Kind == columns.Derived) != derived {
			t.Errorf("from degrees Fahrenheit with %d decimals: %s, want derived: %v", decimals, c.Describe(), derived)
		}
	}
}

// TestRelationsWithGaps: a column is computed from others that have values where it has one, whichever comes first in the table, also if
// most of its own cells are missing.
func TestRelationsWithGaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	text := table("few;copy;before;after;change", 300, func(i int) []any {
		v, before, change := fmt.Sprintf("%.2f", 9*rng.NormFloat64()), rng.IntN(4000), rng.IntN(900)
		few := v
		if i%5 > 0 {
			few = ""
		}
		if i%7 == 0 {
			return []any{few, v, "", before, ""}
		}
		return []any{few, v, before, before + change, change}
	})
	s, _ := profile(t, text, columns.Options{})
	for name, want := range map[string]string{"few": "copy", "change": "after − before"} {
		if c, _ := s.Column(name); c.Kind != columns.Derived || c.Relation.String() != want {
			t.Errorf("%s is %s %s, want derived: %s", name, c.Kind, c.Describe(), want)
		}
	}
}
