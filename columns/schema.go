package columns

// A Schema is what the columns of a table are, in the table's order. It is found from the rows, and is JSON that a person can edit.
type Schema struct {
	Columns []Column `json:"columns"`
	Rows    int      `json:"rows,omitempty"`     // that it was found from
	BadRows *Bad     `json:"bad_rows,omitempty"` // rows that could not be read, and were left out
}

// A Kind is what the values of a column are.
type Kind string

// The kinds. Numbers, Grid, Boolean, Category and Time are modelled; a Derived column is computed from others, a Constant is written
// as it is, and Text, Identifier, Empty and Ignored are left out.
const (
	Numbers    Kind = "numbers"    // continuous values
	Grid       Kind = "grid"       // Min, Min + Step, … to Max: whole numbers, say
	Boolean    Kind = "boolean"    // two Levels
	Category   Kind = "category"   // one of Levels
	Time       Kind = "time"       // a date or a time, in seconds since 1970-01-01 UTC, on a grid of Step
	Derived    Kind = "derived"    // Relation of other columns, to the printed digits
	Constant   Kind = "constant"   // one value
	Text       Kind = "text"       // words that hardly ever come twice
	Identifier Kind = "identifier" // unique and consecutive, or nearly all distinct
	Empty      Kind = "empty"      // no value at all
	Ignored    Kind = "ignored"    // left out because a person says so, because two columns have its name, or because it is a list
)

// kinds are all of them.
var kinds = []Kind{Numbers, Grid, Boolean, Category, Time, Derived, Constant, Text, Identifier, Empty, Ignored}

// A Column is what was found in one column of a table.
type Column struct {
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	Missing int    `json:"missing,omitempty"` // cells without a value
	Bad     *Bad   `json:"bad,omitempty"`     // cells that are not what the column is
	Note    string `json:"note,omitempty"`    // why the column is what it is, where one may ask

	// Of Numbers, Grid and Time:
	Step  float64  `json:"step,omitempty"` // of the grid that the values lie on, 0: none
	Min   float64  `json:"min,omitempty"`  // the least value seen
	Max   float64  `json:"max,omitempty"`
	Lower *float64 `json:"lower,omitempty"` // values never lie below, by what they are: a share, a count; nil: no such bound
	Upper *float64 `json:"upper,omitempty"`
	Atoms []Atom   `json:"atoms,omitempty"` // values that have a probability beside a continuous rest, the likeliest first

	// Of Boolean and Category: the value of a cell is the index of its level.
	Levels []Level `json:"levels,omitempty"`

	Relation *Relation `json:"relation,omitempty"` // of Derived
	Value    string    `json:"value,omitempty"`    // of Constant, as it is written
	Form     Form      `json:"form"`               // how values are written
}

// Bad is cells that are not what their column is: 12o5 among numbers. As values they are missing, and each row of one is told of.
type Bad struct {
	Count int    `json:"count"`
	Row   int    `json:"row"`            // of the first, from 1
	Line  int    `json:"line,omitempty"` // of the first; 0 where the format has no lines
	Text  string `json:"text"`           // of the first
}

// An Atom is a value that many rows have exactly.
type Atom struct {
	Value float64 `json:"value"`
	Share float64 `json:"share"` // of the rows that have a value
}

// A Level is a value of a category.
type Level struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// A Relation makes a column of others: value = Offset + Σ Factors[i]·From[i], rounded to Step where that is not 0.
type Relation struct {
	From    []string  `json:"from"`
	Factors []float64 `json:"factors"`
	Offset  float64   `json:"offset,omitempty"`
	// Tolerance is how far off a value may be and still hold: rounding of the printed digits.
	Tolerance float64 `json:"tolerance"`
	Broken    *Bad    `json:"broken,omitempty"` // rows that are further off
}

// A Form is how the values of a column are written: Prefix, then the number with Decimals digits after its point, then Suffix; or
// a date or time by Layout.
type Form struct {
	Prefix string `json:"prefix,omitempty"` // "$"
	Suffix string `json:"suffix,omitempty"` // "%", " kg"
	// Negative is how a number below 0 is written, 1 standing for its digits: "($1)", "1-"; "": with a minus ahead of all.
	Negative  string `json:"negative,omitempty"`
	Decimal   string `json:"decimal,omitempty"`   // "": a point
	Thousands string `json:"thousands,omitempty"` // between groups of three digits, "": nothing
	Lakhs     bool   `json:"lakhs,omitempty"`     // groups before the last three digits are of two, as in India: 12,34,567
	Decimals  int    `json:"decimals,omitempty"`  // after the point, -1: as many as it takes
	Layout    string `json:"layout,omitempty"`    // of package time, for Time; an H is an hour of 24 without a zero before it, and an N begins a duration: hours, minutes or days of any number
	Missing   string `json:"missing,omitempty"`   // how a cell without a value is written
}

// Modelled reports whether a density has a coordinate for the column.
func (c *Column) Modelled() bool {
	switch c.Kind {
	case Numbers, Grid, Boolean, Category, Time:
		return true
	}
	return false
}
