package data

import (
	"strconv"
	"strings"
)

// What shows a column of row names, rather than rows with a cell too many.
const (
	fewestRowNames = 3    // rows
	mostlyFilled   = 0.95 // the share of rows whose last cell is not blank
)

// rowNamed reports whether the first record has one name fewer than each of the others has cells, as R writes a table: its first
// column has none, and holds a text of its own in each row, or 1, 2, 3, …. The last cells are then a column as any other, with few
// blanks; a stray cell beyond the last column shifts no names.
func rowNamed(records [][]string) bool {
	if len(records) <= fewestRowNames || !alike(records[1:]) || len(records[1]) != len(records[0])+1 {
		return false
	}
	filled := 0
	for _, r := range records[1:] {
		if strings.TrimSpace(r[len(r)-1]) != "" {
			filled++
		}
	}
	rows := len(records) - 1
	return float64(filled) >= mostlyFilled*float64(rows) && (inOrder(records) || ownTexts(records[1:]))
}

// inOrder reports whether the first cells of the rows are 1, 2, 3, …, and are not what the first name says they are: an id.
func inOrder(records [][]string) bool {
	for i, r := range records[1:] {
		if r[0] != strconv.Itoa(i+1) {
			return false
		}
	}
	return !strings.EqualFold(strings.TrimSpace(records[0][0]), "id")
}

// ownTexts reports whether the first cell of each row is a text that no other has.
func ownTexts(rows [][]string) bool {
	own := make(map[string]bool, len(rows))
	for _, r := range rows {
		if isNumber(r[0]) || strings.TrimSpace(r[0]) == "" || own[r[0]] {
			return false
		}
		own[r[0]] = true
	}
	return true
}
