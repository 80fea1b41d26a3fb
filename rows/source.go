package rows

// A Source is a table of d columns that need not fit in memory, read in order from the first row each time it is
// opened. Each Reader is used by one goroutine, not necessarily the caller's; several may be open at a time.
type Source interface {
	// Dim is d.
	Dim() int
	// Open starts at the first row. The caller must close the Reader.
	Open() (Reader, error)
}

// A Reader reads the rows of a Source in order.
type Reader interface {
	// Read fills dst with whole rows, row-major, and returns how many: fewer than len(dst)/d only at the end, where the
	// error is io.EOF once no row is left (as io.Reader; n > 0 with io.EOF is allowed). Another error names the row.
	Read(dst []float64) (rows int, err error)
	Close() error
}
