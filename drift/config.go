package drift

import (
	"fmt"

	"gaussflow/columns"
	"gaussflow/internal/defaults"
)

// A Table is one of the two tables that are compared.
type Table struct {
	Rows   columns.Table   // read two to four times
	Schema *columns.Schema // what the columns are; nil: columns.Profile finds out
	Name   string          // default A or B
}

// Config configures Compare; the zero value is the default.
type Config struct {
	Rows  int     // rows of each table that are examined, drawn uniformly from all; default 5000, fewer if there are many columns
	Draws int     // permutations of the rows, drawn under the hypothesis; default 999, or 199 where they are expensive
	Level float64 // a column moved and a pair changed if their corrected p-value is at most this; default 0.05
	Seed  uint64  // for the rows examined and the draws; default 0
}

// The bounds of Config, which limit what can be asked for by mistake.
const (
	FewestDraws = 19 // enough for a p-value of 0.05
	MostDraws   = 100_000
	MostRows    = 10_000_000
)

// heldNumbers is how many numbers of a table are held in memory at most; a wide table has fewer rows.
const heldNumbers = 1 << 22

// rows is how many rows are examined of a table with so many columns.
func (c Config) rows(columns int) int {
	return defaults.Or(c.Rows, min(5_000, max(heldNumbers/max(columns, 1), 500)))
}

// level is Level or its default.
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
