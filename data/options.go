package data

import (
	"fmt"
	"io"
	"os"

	"gaussflow/internal/defaults"
)

// A Format is a file format.
type Format string

// The formats. An empty Format is determined automatically: when reading, by the first bytes of the unpacked file; when
// writing, by the file's name.
const (
	CSV     Format = "csv" // any delimiter: TSV is CSV with a tab
	Parquet Format = "parquet"
	Arrow   Format = "arrow" // its IPC format, a stream or a file (Feather); read only
	NPY     Format = "npy"
	NPZ     Format = "npz"
)

// A Header says whether the first record of a CSV file holds the columns' names.
type Header int

// The kinds of header.
const (
	HeaderGuess Header = iota // decided by the rows below; File.Notes gives the result and the reason
	HeaderFirst               // it does
	HeaderNone                // it does not; the columns are x1, x2, …
)

// Options for reading. The zero value reads all columns of any format and leaves nothing out.
type Options struct {
	Columns []string // by name, read in this order; default: all
	Except  []string // by name, left out

	Format    Format
	Delimiter byte   // of CSV; default: tab for .tsv and .tab, else runs of blanks if these separate numbers, else the likeliest of , tab ; | in the first line
	Header    Header // of CSV
	Key       string // the array in an NPZ; "": X, or the only one

	DropMissing bool // leave out rows with bad cells, and count them

	Stdin       io.Reader // what "-" reads; default os.Stdin
	MaxBuffered int64     // bytes of a stream kept in memory to be read again or out of order; default 64 MiB
}

func (o Options) stdin() io.Reader {
	if o.Stdin == nil {
		return os.Stdin
	}
	return o.Stdin
}

// Validate reports fields out of range.
func (o Options) Validate() error {
	if o.MaxBuffered < 0 {
		return fmt.Errorf("data: Options: MaxBuffered = %d, want ≥ 1 byte (0: the default, 64 MiB)", o.MaxBuffered)
	}
	return nil
}

func (o Options) maxBuffered() int64 { return defaults.Or(o.MaxBuffered, 64<<20) }
