package drift

import (
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// A Result is what Compare found. What is of each table has two elements, A's and B's.
type Result struct {
	Names  [2]string `json:"names"`
	Tables [2]Side   `json:"tables"`
	// P is the chance of tables as different as these if both were of one population.
	P     float64 `json:"p"`
	Level float64 `json:"level"` // up to which a p-value is taken for a difference
	Draws int     `json:"draws"` // of the hypothesis: no P is less than 1/(Draws + 1)
	Apart *Apart  `json:"apart"` // nil where there are too few rows

	Columns []Column      `json:"columns"`            // all that were compared, the most moved first
	Pairs   []Pair        `json:"pairs"`              // that changed their dependence, the most changed first
	Paired  int           `json:"pairs_looked_at"`    // 0 where there are too few rows
	OnlyIn  [2][]OneSided `json:"only_in"`            // columns that the other table has not
	LeftOut []LeftOut     `json:"left_out,omitempty"` // columns of both tables that were not compared

	// Schema is what the compared columns are, where both tables are read as one, in A's order; Kept are the rows looked at, NaN where a
	// cell is missing, the index of a level where the column is a category.
	Schema *columns.Schema `json:"-"`
	Kept   [2]*mat.Dense   `json:"-"`
}

// A Side is how much of a table was read.
type Side struct {
	Rows    int          `json:"rows"`
	Kept    int          `json:"rows_looked_at"`     // drawn evenly, where they are fewer
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

// Apart is how well rows can be told apart: of a row of A and a row of B, drawn at random, how often a linear discriminant of the features
// (and of products of two, where there are rows enough), which has seen neither, says rightly which is which. That is the area under its
// ROC curve: 0.5 where nothing tells them apart, 1 where everything does. What is less than 0.5 is chance, or the same rows in both tables,
// and is 0.5.
type Apart struct {
	AUC float64 `json:"auc"`
	SE  float64 `json:"se"` // standard error (DeLong, DeLong & Clarke-Pearson 1988)
}

// A Column is how a column moved.
type Column struct {
	Name      string       `json:"name"`
	Kind      columns.Kind `json:"kind"`
	P         float64      `json:"p"`           // by itself
	Corrected float64      `json:"p_corrected"` // for the number of columns
	Moved     bool         `json:"moved"`       // Corrected is at most the level
	// Gap is the share of rows that would have to be other ones for the column to be the same: of categories exactly, of numbers at
	// least (Kolmogorov's distance), missing cells being a value like others.
	Gap float64 `json:"gap"`
	How string  `json:"how"` // in words: median 2400 → 3100

	Missing   [2]float64   `json:"missing"`             // shares
	Quantiles [2][]float64 `json:"quantiles,omitempty"` // of numbers and times: 5, 25, 50, 75, 95 %
	Mean      [2]float64   `json:"mean"`                // of numbers and times; 0 of categories
	Atoms     []Level      `json:"atoms,omitempty"`     // of numbers: values that many rows have exactly
	Levels    []Level      `json:"levels,omitempty"`    // of categories, the most moved first
	New       []string     `json:"new,omitempty"`       // categories of B that A has not
	Gone      []string     `json:"gone,omitempty"`      // categories of A that B has not
	Unread    [2]*Unread   `json:"unread"`              // cells that are not what the column is, and count as missing
	Note      string       `json:"note,omitempty"`      // where the tables' columns are not quite of one kind
}

// A Level is a category, or a value that many rows have exactly, in both tables.
type Level struct {
	Text   string     `json:"text"`
	Shares [2]float64 `json:"shares"` // of the rows
}

// Unread is cells of a column that are not what it is.
type Unread struct {
	Count int    `json:"count"`
	Text  string `json:"text"` // of the first
	Why   string `json:"why"`
}

// A Pair is two columns that depend on each other otherwise than before.
type Pair struct {
	Names     [2]string `json:"names"`
	P         float64   `json:"p"`           // by itself
	Corrected float64   `json:"p_corrected"` // for the number of pairs
	Alone     bool      `json:"alone"`       // neither column moved by itself
	// Signed says what Dependence is: the rank correlation of two columns of numbers, from −1 to 1, or else the strength of the
	// dependence, from 0 to 1, as Cramér's V.
	Signed     bool       `json:"signed"`
	Dependence [2]float64 `json:"dependence"`
}
