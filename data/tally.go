package data

import "gaussflow/columns"

// tally counts the bad cells of each column.
type tally struct {
	bad []BadColumn
}

func newTally(names []string) *tally {
	t := &tally{make([]BadColumn, len(names))}
	for i, name := range names {
		t.bad[i].Name = name
	}
	return t
}

// add counts the bad cells of a row, those that are NaN in row.
func (t *tally) add(row []float64, r *Rows) {
	for i, v := range row {
		if v != v {
			t.bad[i].add(r.cell(i))
		}
	}
}

func (b *BadColumn) add(c Cell) {
	if b.Missing+b.Text == 0 {
		b.First = c
	}
	if columns.Missing(c.Text) {
		b.Missing++
	} else {
		b.Text++
	}
}

// Category reports whether at least half of the column's cells that are not missing are text; rows is the number of its
// rows.
func (b BadColumn) Category(rows int) bool { return b.Text > 0 && 2*b.Text >= rows-b.Missing }

// split separates the columns of categories from those with some bad cells.
func (t *tally) split(rows int) (categories, missing []BadColumn) {
	for _, b := range t.bad {
		switch {
		case b.Category(rows):
			categories = append(categories, b)
		case b.Missing+b.Text > 0:
			missing = append(missing, b)
		}
	}
	return categories, missing
}

// check returns a CategoryError, or else, unless rows with bad cells were dropped, a MissingError, or nil.
func (t *tally) check(file string, rows int, dropped bool) error {
	categories, missing := t.split(rows)
	if categories != nil {
		return &CategoryError{file, categories}
	}
	if missing != nil && !dropped {
		return &MissingError{file, rows, missing}
	}
	return nil
}
