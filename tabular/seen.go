package tabular

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// mostRounds is how often rows beyond what the table had are drawn again; then they are taken as they come.
const mostRounds = 20

// DrawSeen is n rows of draw, which makes as many rows of the model's columns as it is asked for, whose numbers lie between the least and
// the greatest that their columns had in the table: beyond them a heavy tail is a guess, and one row in a thousand would have a cell that
// the table could not. Others are drawn again, a few times; columns of the names given stand as they are. Of a model without a Schema
// nothing is known of that, and the rows are as draw makes them. gaussflow sample and package serve draw so.
func (m *Model) DrawSeen(n int, draw func(n int) (*mat.Dense, error), given ...string) (*mat.Dense, error) {
	if m == nil || draw == nil || n < 1 {
		return nil, errors.New("tabular: DrawSeen: the Model or draw is nil, or n less than 1")
	}
	var rows []float64
	width := 0
	for have, round := 0, 1; have < n; round++ {
		x, err := draw(n - have)
		if err != nil {
			return nil, err
		}
		if x == nil || x.IsEmpty() {
			return nil, errors.New("tabular: DrawSeen: draw made no rows")
		}
		drawn, columns := x.Dims()
		switch {
		case drawn != n-have:
			return nil, fmt.Errorf("tabular: DrawSeen: draw made %d rows, want the %d that it was asked for", drawn, n-have)
		case columns < len(m.Names()) || width > 0 && columns != width:
			return nil, errors.New("tabular: DrawSeen: draw made rows of other columns than the Model's")
		}
		width = columns
		for i := range drawn {
			if row := x.RawRowView(i); round >= mostRounds || m.seen(row, given) {
				rows = append(rows, row...)
				have++
			}
		}
	}
	return mat.NewDense(n, width, rows), nil
}

// seen reports whether the numbers of a row are in the ranges that the table had.
func (m *Model) seen(row []float64, given []string) bool {
	for j, name := range m.Names() {
		c, there := m.Schema.Column(name)
		if there && c.Min < c.Max && !slices.Contains(given, name) && (row[j] < c.Min || row[j] > c.Max) {
			return false
		}
	}
	return true
}
