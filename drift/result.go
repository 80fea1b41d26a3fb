package drift

import (
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// A Result is the result of Compare. Where a field has two elements, they are for A and B.
type Result struct {
	Names  [2]string `json:"names"`
	Tables [2]Side   `json:"tables"`
	// P is the probability of tables at least as different as these if both come from one population.
	P     float64 `json:"p"`
	Level float64 `json:"level"` // a p-value up to this counts as a difference
	Draws int     `json:"draws"` // permutations that were drawn; no P is less than 1/(Draws + 1)
	Apart *Apart  `json:"apart"` // nil if there are too few rows

	Columns []Column      `json:"columns"`            // all that were compared, the most moved first
	Pairs   []Pair        `json:"pairs"`              // those whose dependence changed, the most changed first
	Paired  int           `json:"pairs_looked_at"`    // the number of pairs examined; 0 if there are too few rows
	OnlyIn  [2][]OneSided `json:"only_in"`            // columns that the other table does not have
	LeftOut []LeftOut     `json:"left_out,omitempty"` // columns of both tables that were not compared

	// Schema describes the compared columns as both tables are read, in A's order. Kept are the rows examined: NaN for a missing
	// cell, the index of a level for a category.
	Schema *columns.Schema `json:"-"`
	Kept   [2]*mat.Dense   `json:"-"`
}

// A Side says how much of a table was read.
type Side struct {
	Rows    int          `json:"rows"`
	Kept    int          `json:"rows_looked_at"`     // fewer if they are drawn from the rows
	BadRows *columns.Bad `json:"bad_rows,omitempty"` // rows that could not be read, and were left out
}

// OneSided is a column that only one of the tables has.
type OneSided struct {
	Name string       `json:"name"`
	Kind columns.Kind `json:"kind"`
}

// LeftOut is a column that was not compared.
type LeftOut struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Apart says how well rows of the two tables can be distinguished. A linear discriminant of the features (and of products of two
// features, if there are enough rows) is shown a row of A and a row of B, neither of which it was fitted to; Apart is how often it
// tells correctly which is which. That is the area under its ROC curve: 0.5 if nothing distinguishes them, 1 if they always can be.
// A value below 0.5 is due to chance, or to the same rows in both tables, and is set to 0.5.
type Apart struct {
	AUC float64 `json:"auc"`
	SE  float64 `json:"se"` // standard error (DeLong, DeLong & Clarke-Pearson 1988)
}

// A Column says how a column moved.
type Column struct {
	Name      string       `json:"name"`
	Kind      columns.Kind `json:"kind"`
	P         float64      `json:"p"`           // uncorrected
	Corrected float64      `json:"p_corrected"` // corrected for the number of columns
	Moved     bool         `json:"moved"`       // Corrected is at most the level
	// Gap is the share of rows that would have to change for the column to be the same in both tables: exact for categories, a
	// lower bound for numbers (Kolmogorov's distance). A missing cell counts as a value.
	Gap float64 `json:"gap"`
	How string  `json:"how"` // in words: median 2400 → 3100

	Missing   [2]float64   `json:"missing"`             // shares of missing cells
	Quantiles [2][]float64 `json:"quantiles,omitempty"` // for numbers and times: 5, 25, 50, 75, 95 %
	Mean      [2]float64   `json:"mean"`                // for numbers and times; 0 for categories
	Atoms     []Level      `json:"atoms,omitempty"`     // for numbers: values that many rows have exactly
	Levels    []Level      `json:"levels,omitempty"`    // for categories, the most moved first
	New       []string     `json:"new,omitempty"`       // categories that only B has
	Gone      []string     `json:"gone,omitempty"`      // categories that only A has
	Unread    [2]*Unread   `json:"unread"`              // cells that are no values of the column, and count as missing
	Note      string       `json:"note,omitempty"`      // if the columns of the two tables are not quite of the same kind
}

// A Level is a category, or a value that many rows have exactly, in both tables.
type Level struct {
	Text   string     `json:"text"`
	Shares [2]float64 `json:"shares"` // of the rows
}

// Unread counts cells that are no values of their column.
type Unread struct {
	Count int    `json:"count"`
	Text  string `json:"text"` // text of the first
	Why   string `json:"why"`
}

// A Pair is two columns whose dependence on each other changed.
type Pair struct {
	Names     [2]string `json:"names"`
	P         float64   `json:"p"`           // uncorrected
	Corrected float64   `json:"p_corrected"` // corrected for the number of pairs
	Alone     bool      `json:"alone"`       // neither column moved
	// Signed says what Dependence is: if true, the rank correlation of two columns of numbers, from −1 to 1; otherwise the
	// strength of the dependence, from 0 to 1, as Cramér's V.
	Signed     bool       `json:"signed"`
	Dependence [2]float64 `json:"dependence"`
	Rest       *Rest      `json:"rest,omitempty"` // if the columns nearly determine each other
}

// A Rest is what is left of two columns that nearly determine each other, such as how long a trip took that has a start and an end.
type Rest struct {
	Name      string       `json:"name"` // end − start
	Gap       float64      `json:"gap"`  // as of a Column
	How       string       `json:"how"`  // as of a Column; empty if most of the pair's change is not here
	Quantiles [2][]float64 `json:"quantiles"`
	Mean      [2]float64   `json:"mean"`
}
