package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/internal/counted"
	"gaussflow/rows"
)

// mostCells is how many numbers of a table are held in memory unless the user sets the number of rows. A fit takes up to a dozen
// times their eight bytes, so it stays below 2 GiB. A density has 10⁴ to 10⁵ parameters, which hardly profit from more rows.
const mostCells = 10_000_000

// rowsFlag registers the flag for the number of rows that are held; what says for what purpose.
func (t *tableFlags) rowsFlag(c *cobra.Command, what string) {
	c.Flags().IntVar(&t.maxRows, "max-rows", 0, fmt.Sprintf("%s at most `N` rows, drawn evenly from all (default: as many as hold %d million cells)", what, mostCells/1_000_000))
}

// checkRows refuses a number of rows below one.
func (t *tableFlags) checkRows(c *cobra.Command) error {
	if c.Flags().Changed("max-rows") && t.maxRows < 1 {
		return usage(c, fmt.Errorf("--max-rows %d, want at least 1", t.maxRows))
	}
	return nil
}

// mostRows is how many rows with so many columns are held.
func (t *tableFlags) mostRows(columns int) int {
	if t.maxRows > 0 {
		return t.maxRows
	}
	return max(mostCells/max(columns, 1), fewestRows)
}

// fewestRows is how many rows are held in any case.
const fewestRows = 100

// A draw is rows drawn uniformly from all that are added, with their positions in the table.
type draw struct {
	held   *rows.Reservoir
	places []data.Place // positions of the rows held, by their places in the reservoir
}

func newDraw(dim, limit int, seed uint64) (*draw, error) {
	held, err := rows.NewReservoir(dim, limit, seed)
	return &draw{held: held}, err
}

// add adds a row, which may or may not be kept.
func (d *draw) add(row []float64, stands data.Place) error {
	at, err := d.held.Add(row)
	switch {
	case at == len(d.places):
		d.places = append(d.places, stands)
	case at >= 0:
		d.places[at] = stands
	}
	return err
}

// rows are the rows drawn, in the order of the table; if all were kept they are the table itself.
func (d *draw) rows() (x *mat.Dense, places []data.Place) {
	x, order := d.held.Rows()
	for _, at := range order {
		places = append(places, d.places[at])
	}
	return x, places
}

// grouped writes a number with commas between groups of three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// sayDrawn says that not all rows are used; used describes the use: "fitted to".
func sayDrawn(c *cobra.Command, used string, n, of int) {
	if n < of {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: %s %s %s drawn evenly of %s; --max-rows says how many\n", used, grouped(n), counted.Noun(n, "row"), grouped(of))
	}
}
