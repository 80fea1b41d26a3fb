package columns

// A Table is rows of cells that can be read any number of times, such as a file.
type Table interface {
	Names() []string
	Pass() (Pass, error)
}

// A ListTable is a Table that may have columns of lists, with several values a row or none. They have no cells, and are
// Ignored.
type ListTable interface {
	Table
	List(j int) bool
}

// A CommaTable is a Table that may be a text whose cells are separated by commas, so that its numbers have no decimal commas unless
// they are in quotes.
type CommaTable interface {
	Table
	Commas() bool
}

// A Pass is one reading of a Table, row by row.
type Pass interface {
	// Next goes to the next row; it returns io.EOF after the last one. A malformed row is no error: see Fault.
	Next() error
	// Fault says in words why the current row cannot be read; "" if it can.
	Fault() string
	// Number is the value of column j of the current row if the table stores numbers, NaN if it is missing; ok is false if it
	// stores text or anything else.
	Number(j int) (v float64, ok bool)
	// Text is column j of the current row as it is written, unquoted. It is valid until the next row.
	Text(j int) []byte
	// Place is the position of the current row: its number, from 1, and its line, 0 if the format has no lines.
	Place() (row, line int)
	Close() error
}
