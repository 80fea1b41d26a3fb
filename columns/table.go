package columns

// A Table is rows of cells that can be read as often as wanted: a file, say.
type Table interface {
	Names() []string
	Pass() (Pass, error)
}

// A ListTable is a Table that may have columns of lists, several values a row or none: they have no cells, and are Ignored.
type ListTable interface {
	Table
	List(j int) bool
}

// A Pass is one reading of a Table, row by row.
type Pass interface {
	// Next goes to the next row; io.EOF after the last one. A row that is not what a row of the table should be is no error: see Fault.
	Next() error
	// Fault says in words why the present row cannot be read, "" where it can.
	Fault() string
	// Number is the value of column j of the present row where the table stores numbers, NaN where it is missing; ok is false where
	// it stores text or anything else.
	Number(j int) (v float64, ok bool)
	// Text is column j of the present row as it is written, unquoted. It is good until the next row.
	Text(j int) []byte
	// Place is where the present row stands: which of the data it is, from 1, and on which line, 0 where the format has no lines.
	Place() (row, line int)
	Close() error
}
