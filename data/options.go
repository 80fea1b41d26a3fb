package data

import (
	"fmt"
	"io"
	"os"

	"gaussflow/internal/defaults"
)

// A Format is how a table is written in a file.
type Format string

// The formats. A zero Format is found out: reading, by the first bytes of the (unpacked) file; writing, by the name.
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
	HeaderGuess Header = iota // what the rows below show: File.Notes says it, and why
	HeaderFirst               // it does
	HeaderNone                // it does not; the columns are x1, x2, …
)

// Options for reading. The zero value reads all columns of any format and allows nothing to be left out.
type Options struct {
	Columns []string // by name, read in this order; default: all
	Except  []string // left out, by name

	Format    Format
	Delimiter byte   // of CSV; default: tab for .tsv and .tab, else runs of blanks where these part numbers, or the likeliest of , tab ; | in the first line
	Header    Header // of CSV
	Key       string // the array in an NPZ; "": X, or the only one

	DropMissing bool // leave rows with bad cells out, and count them

	Stdin       io.Reader // what "-" reads; default os.Stdin
	MaxBuffered int64     // bytes of a stream held in memory to be read again or out of order; default 64 MiB
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
