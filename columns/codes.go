package columns

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The conditions under which whole numbers are codes, such as 200, 301, 404, rather than amounts.
const (
	fewestCodes    = 3
	mostCodes      = clearlyFew // different ones, if the column's name is none of codes
	coded          = 10         // rows for each of them, at least, on average
	gapped         = 2          // points of the grid for each, at least, if it is
	fewestDigits   = 3          // of codes that are known by their values alone
	mostCodeDigits = 5
)

// codeNames are words that end the name of a column of codes.
var codeNames = []string{"code", "codes", "status", "zip", "zipcode", "postcode", "postal", "plz", "fips", "naics", "sic", "errno"}

// codes makes a column of whole numbers a category if they are codes, and reports whether they are: a few that come again and again,
// with gaps between them that no counting leaves. Amounts with few values lie on a coarser grid (5, 10, 25), grow in their digits
// (1, 2, 5, …, 500) or fill their range. The name of the column makes up for the last two.
func (c *Column) codes(t *texts, v *Values) bool {
	different := v.Distinct()
	if c.Kind != Numbers || !v.Whole() || v.Min <= 0 || !c.Form.Plain() || c.Form.Decimals > 0 ||
		different < fewestCodes || different > mostLevels || !v.distinct.exact() || v.Count < coded*different {
		return false
	}
	points := v.Max - v.Min + 1
	named := namesCodes(c.Name) && points >= gapped*float64(different)
	if !named && !(different <= mostCodes && v.Quantum() == 1 && points >= sparse*float64(different) && alikeInDigits(v) && !years(v)) {
		return false
	}
	switch {
	case t.stored > 0:
		c.categorize(v)
	case t.different.number() != different: // one code is written in two ways, or there are cells of another kind
		return false
	default:
		c.Kind, c.Min, c.Max = Category, 0, 0
		c.levels(t)
	}
	c.Note = "whole numbers that are codes, by their gaps"
	if namesCodes(c.Name) {
		c.Note = "whole numbers that are codes, by their gaps and the name"
	}
	c.Doubt = &Doubt{Text: c.Levels[0].Text, Taken: "a code, one of a category", Other: "a number", As: string(Numbers)}
	return true
}

// alikeInDigits reports whether all numbers have equally many digits, as codes have.
func alikeInDigits(v *Values) bool {
	digits := func(x float64) int { return len(strconv.FormatFloat(x, 'f', -1, 64)) }
	least := digits(v.Min)
	return least == digits(v.Max) && fewestDigits <= least && least <= mostCodeDigits
}

// years reports whether all numbers can be years.
func years(v *Values) bool { return v.Min >= firstYear && v.Max <= lastYear }

// namesCodes reports whether the last word of a column's name is one of codes: zip_code, statusCode, but not status_count.
func namesCodes(name string) bool {
	var spaced strings.Builder
	lower := false
	for _, c := range name {
		if unicode.IsUpper(c) && lower || !unicode.IsLetter(c) {
			spaced.WriteByte(' ')
		}
		lower = unicode.IsLower(c)
		if unicode.IsLetter(c) {
			spaced.WriteRune(unicode.ToLower(c))
		}
	}
	words := strings.Fields(spaced.String())
	return len(words) > 0 && slices.Contains(codeNames, words[len(words)-1])
}
