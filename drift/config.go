package drift

import (
	"fmt"

	"gaussflow/columns"
	"gaussflow/internal/defaults"
)

// A Table is one of the two.
type Table struct {
	Rows   columns.Table   // is read two to four times
	Schema *columns.Schema // what the columns are; nil: columns.Profile finds it
	Name   string          // default A or B
}

// Config configures Compare; the zero value is the default.
type Config struct {
	Rows  int     // of each table that are looked at, drawn evenly from all of them; default 5000, fewer where there are many columns
	Draws int     // of the hypothesis; default 999, or 199 where they are dear
	Level float64 // of the corrected p-values up to which a column moved and a pair changed; default 0.05
	Seed  uint64  // of the rows looked at and of the draws; default 0
}

// The bounds of Config, on what a slip of the hand can ask for.
const (
	FewestDraws = 19 // of which one in twenty is as extreme
	MostDraws   = 100_000
	MostRows    = 10_000_000
)

// heldNumbers is how many numbers of a table are held at most, by which fewer rows of a wide table are.
const heldNumbers = 1 << 22

// rows is how many of a table with so many columns are looked at.
func (c Config) rows(columns int) int {
	return defaults.Or(c.Rows, min(5_000, max(heldNumbers/max(columns, 1), 500)))
}

// level is Level, or its default.
func (c Config) level() float64 { return defaults.Or(c.Level, 0.05) }

// Validate reports fields out of range.
func (c Config) Validate() error {
	switch {
	case c.Rows < 0 || c.Rows > MostRows:
		return fmt.Errorf("drift: Config: Rows = %d, want 1 to %d, or 0 for the default", c.Rows, MostRows)
	case c.Draws != 0 && (c.Draws < FewestDraws || c.Draws > MostDraws):
		return fmt.Errorf("drift: Config: Draws = %d, want %d to %d, or 0 for the default", c.Draws, FewestDraws, MostDraws)
	case !(c.Level >= 0 && c.Level < 1):
		return fmt.Errorf("drift: Config: Level = %g, want 0 < level < 1, or 0 for the default", c.Level)
	}
	return nil
}
