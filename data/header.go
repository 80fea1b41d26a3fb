package data

import (
	"bytes"
	"encoding/csv"
	"math"
	"strings"

	"gaussflow/columns"
)

// mostEvidence is how many rows are examined to decide whether the first record holds names.
const mostEvidence = 100

// recordsOf are the first records of a text. If the text is cut, its last record may be incomplete and is dropped.
func recordsOf(text []byte, comma byte, cut bool) [][]string {
	return recordsBut(0, text, comma, cut)
}

// recordsBut are the first records of a text, without lines that begin with a mark, if there is one.
func recordsBut(mark rune, text []byte, comma byte, cut bool) (records [][]string) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comment = mark
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = rune(comma), -1, comma != '\t'
	for len(records) <= mostEvidence {
		record, err := r.Read()
		if err != nil {
			break
		}
		records = append(records, record)
	}
	if cut && len(records) > 1 && len(records) <= mostEvidence {
		records = records[:len(records)-1]
	}
	return records
}

// named reports whether the first record of a table holds the names of its columns, and gives the reason in words. Names differ
// from the cells below them: words above numbers, or consecutive numbers above other numbers. If nothing differs, words that do not
// occur again below are taken for names, and numbers for a row.
func named(records [][]string) (header bool, why string) {
	first, rest := records[0], records[1:]
	words, numbers, above, within := 0, 0, 0, 0
	for j, cell := range first {
		switch number := isNumber(cell); {
		case columns.Missing(cell):
		case number:
			numbers++
			if numeric(rest, j) {
				within++
			}
		default:
			words++
			if numeric(rest, j) {
				above++
			}
		}
	}
	switch {
	case above > within:
		return true, "words above numbers"
	case numbers > 0 && consecutive(first, rest), numbers > 1 && above > 0 && years(first, rest):
		return true, "numbers in order, unlike those below"
	case within > 0, words == 0:
		return false, "numbers above numbers"
	case repeated(first, rest):
		return false, "its words come again below"
	}
	return true, "words of its own"
}

func isNumber(cell string) bool { v := columns.Number(cell); return v == v }

// numeric reports whether most of the cells of a column, and at least one, are numbers.
func numeric(rows [][]string, j int) bool {
	numbers, others := 0, 0
	for _, row := range rows {
		switch {
		case j >= len(row) || columns.Missing(row[j]):
		case isNumber(row[j]):
			numbers++
		default:
			others++
		}
	}
	return numbers > 9*others
}

// The years that may be names of columns.
const (
	firstYear = 1800
	lastYear  = 2200
)

// consecutive reports whether the numbers among the first cells are 0, 1, 2, …, or 1, 2, 3, …, or consecutive years, while most of
// their columns contain other kinds of numbers: with decimals, or far from them.
func consecutive(first []string, rest [][]string) bool {
	last, numbers, unlike := math.NaN(), 0, 0
	for j, cell := range first {
		v := columns.Number(cell)
		if v != v {
			continue
		}
		start := v == 0 || v == 1 || year(v)
		if numbers == 0 && !start || numbers > 0 && v != last+1 {
			return false
		}
		last = v
		if numbers++; differs(v, rest, j) {
			unlike++
		}
	}
	return numbers > 1 && 2*unlike > numbers
}

// years reports whether the numbers among the first cells are ascending years, and most of those below them are none.
func years(first []string, rest [][]string) bool {
	last, below, others := firstYear-1.0, 0, 0
	for j, cell := range first {
		v := columns.Number(cell)
		if v != v {
			continue
		}
		if !year(v) || v <= last {
			return false
		}
		last = v
		for _, row := range rest {
			if j < len(row) && year(columns.Number(row[j])) {
				below++
			} else {
				others++
			}
		}
	}
	return others > below
}

func year(v float64) bool { return v >= firstYear && v <= lastYear && v == math.Trunc(v) }

// differs reports whether a whole number is unlike all others of its column: most of these have decimals, or it is far
// outside their range.
func differs(v float64, rows [][]string, j int) bool {
	lo, hi, values, fractions := math.Inf(1), math.Inf(-1), 0, 0
	for _, row := range rows {
		if j >= len(row) {
			continue
		}
		if x := columns.Number(row[j]); x == x {
			lo, hi = min(lo, x), max(hi, x)
			if values++; x != math.Trunc(x) {
				fractions++
			}
		}
	}
	return values > 0 && (2*fractions > values || v < lo-(hi-lo) || v > hi+(hi-lo) && hi > lo)
}

// repeated reports whether words of the first record occur again in their columns: then they are values, since a name
// does not.
func repeated(first []string, rest [][]string) bool {
	again := 0
	for j, cell := range first {
		for _, row := range rest {
			if j < len(row) && strings.TrimSpace(cell) != "" && row[j] == cell {
				again++
				break
			}
		}
	}
	return again > 0
}
