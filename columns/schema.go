package columns

// A Schema describes the columns of a table, in the table's order. It is found from the rows, and is JSON that a person can edit.
type Schema struct {
	Columns []Column `json:"columns"`
	Rows    int      `json:"rows,omitempty"`     // the number of rows from which it was found
	BadRows *Bad     `json:"bad_rows,omitempty"` // rows that could not be read and were left out
	Total   *Bad     `json:"total,omitempty"`    // a last row that sums up those above, by its words, and was taken as any other
}

// A Kind says what the values of a column are.
type Kind string

// The kinds. Numbers, Grid, Boolean, Category and Time are modelled; a Derived column is computed from others, a Constant has one
// value, and Text, Identifier, Empty and Ignored are left out.
const (
	Numbers    Kind = "numbers"    // continuous values
	Grid       Kind = "grid"       // Min, Min + Step, … to Max, such as whole numbers
	Boolean    Kind = "boolean"    // two Levels
	Category   Kind = "category"   // one of Levels
	Time       Kind = "time"       // a date or a time, in seconds since 1970-01-01 UTC, on a grid of Step
	Derived    Kind = "derived"    // computed from other columns by Relation, to the printed digits
	Constant   Kind = "constant"   // one value
	Text       Kind = "text"       // words that hardly ever occur twice
	Identifier Kind = "identifier" // unique and consecutive, or nearly all distinct
	Empty      Kind = "empty"      // no value at all
	Ignored    Kind = "ignored"    // left out because a person said so, because two columns have its name, or because it is a list
)

// kinds are all of them.
var kinds = []Kind{Numbers, Grid, Boolean, Category, Time, Derived, Constant, Text, Identifier, Empty, Ignored}

// A Column describes one column of a table.
type Column struct {
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	Missing int    `json:"missing,omitempty"` // cells without a value
	Bad     *Bad   `json:"bad,omitempty"`     // cells that cannot be values of the column
	Note    string `json:"note,omitempty"`    // the reason for Kind, if it is not obvious
	Doubt   *Doubt `json:"doubt,omitempty"`   // what else the column could be; nil if its cells decide

	Infinite *Bad `json:"infinite,omitempty"` // infinite cells, which count as missing
	Words    *Bad `json:"words,omitempty"`    // words among numbers or times, which count as missing: the texts of Absent
	Limits   *Bad `json:"limits,omitempty"`   // cells that say only that a number is below or above another, which count as missing

	// For Numbers, Grid and Time:
	Step  float64  `json:"step,omitempty"` // of the grid that the values lie on, 0: none
	Min   float64  `json:"min,omitempty"`  // the least value seen
	Max   float64  `json:"max,omitempty"`
	Lower *float64 `json:"lower,omitempty"` // bound below which values cannot lie by their meaning, as for a share or a count; nil if there is none
	Upper *float64 `json:"upper,omitempty"`
	Atoms []Atom   `json:"atoms,omitempty"` // values with a probability of their own beside a continuous distribution, the likeliest first

	Absent []string `json:"absent,omitempty"` // further texts that stand for a missing value in this column

	// For Boolean and Category: the value of a cell is the index of its level.
	Levels []Level `json:"levels,omitempty"`

	Relation *Relation `json:"relation,omitempty"` // for Derived
	Value    string    `json:"value,omitempty"`    // for Constant, as it is written
	Form     Form      `json:"form"`               // how values are written
}

// Bad counts cells that cannot be values of their column, such as 12o5 among numbers. They count as missing values, and their
// rows are reported.
type Bad struct {
	Count int    `json:"count"`
	Row   int    `json:"row"`            // row of the first bad cell, from 1
	Line  int    `json:"line,omitempty"` // line of the first; 0 if the format has no lines
	Text  string `json:"text"`           // text of the first
}

// An Atom is a value that many rows have exactly.
type Atom struct {
	Value float64 `json:"value"`
	Share float64 `json:"share"` // share among the rows that have a value
}

// A Level is a value of a category.
type Level struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// A Relation computes a column from others: value = Offset + Σ Factors[i]·From[i], rounded to Step if that is not 0.
type Relation struct {
	From    []string  `json:"from"`
	Factors []float64 `json:"factors"`
	Offset  float64   `json:"offset,omitempty"`
	// Tolerance is how far a value may be off because of the rounding of printed digits.
	Tolerance float64 `json:"tolerance"`
	// Missing is the share of rows in which the column has no value although those that it is computed from do.
	Missing float64 `json:"missing,omitempty"`
	Broken  *Bad    `json:"broken,omitempty"` // rows in which the value is further off
}

// A Form says how the values of a column are written: Prefix, then the number with Decimals digits after its point, then Suffix;
// or a date or time by Layout.
type Form struct {
	Prefix string `json:"prefix,omitempty"` // "$"
	Suffix string `json:"suffix,omitempty"` // "%", " kg"
	Bare   bool   `json:"bare,omitempty"`   // some numbers are written without Prefix and Suffix, and mean the same
	// Multiples are the names of a thousand, a million and so on, between commas, which may stand in place of Suffix: "K,M" for 1.5K and
	// 2M.
	Multiples string `json:"multiples,omitempty"`
	// Negative is how a negative number is written, with 1 standing for its digits: "($1)", "1-"; "" for a minus before
	// everything.
	Negative    string `json:"negative,omitempty"`
	Decimal     string `json:"decimal,omitempty"`     // the decimal separator; "" for a point
	Thousands   string `json:"thousands,omitempty"`   // the separator between groups of three digits; "" for none
	Lakhs       bool   `json:"lakhs,omitempty"`       // digits before the last three are in groups of two, as in India: 12,34,567
	Decimals    int    `json:"decimals,omitempty"`    // digits after the point; -1 for as many as needed
	Significant int    `json:"significant,omitempty"` // if Decimals is -1, the most significant digits; 0 for as many as needed
	Places      int    `json:"places,omitempty"`      // if Decimals is -1, the most digits after the point; 0 for as many as needed
	Single      bool   `json:"single,omitempty"`      // numbers are float32 written as float64: 14.3999996185303 is read as 14.4, and written so again
	Exponent    string `json:"exponent,omitempty"`    // e or E, if all numbers are written with a power of ten, as 1.50e+03, with Decimals digits after the point
	Also        string `json:"also,omitempty"`        // for Time, further layouts in which some cells are written, between "; "
	Layout      string `json:"layout,omitempty"`      // for Time, as in package time; in addition H is the hour, 0 to 23, without a leading zero, and N begins a duration: any number of hours, minutes or days. Nh Nm is one with units, with ? at the end if parts that are 0 are left out
	Missing     string `json:"missing,omitempty"`     // how a missing cell is written
}

// Modelled reports whether the column has a coordinate in a density.
func (c *Column) Modelled() bool {
	switch c.Kind {
	case Numbers, Grid, Boolean, Category, Time:
		return true
	}
	return false
}
