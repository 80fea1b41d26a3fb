package columns

import "strings"

// absent are the texts that Missing recognizes, in lower case.
var absent = map[string]bool{"": true, "na": true, "n/a": true, "#n/a": true, "nan": true, "null": true, "none": true, "nil": true,
	"<na>": true, `\n`: true, "nat": true, "?": true, "-": true, "--": true, ".": true, "*": true, "(null)": true, "#null!": true, "n.a.": true,
	"#div/0!": true, "#value!": true, "#ref!": true, "#name?": true, "#num!": true, "#error!": true, "-nan": true, "n/d": true, "–": true, "—": true}

// noDay begins a date or a time that is none, as MySQL writes it.
const noDay = "0000-00-00"

// longestAbsent is the length of the longest text that stands for a missing value.
const longestAbsent = 9

// Missing reports whether a cell stands for a missing value: it is empty or, in any case, NA, N/A, n.a., #N/A, <NA>, \N, NaN, NaT, null,
// (null), none, nil, n/d, ?, -, --, –, —, ., *, an error of a spreadsheet (#NULL!, #DIV/0!, #VALUE!, #REF!, #NAME?, #NUM!, #ERROR!),
// -nan, a date 0000-00-00, or an infinity.
func Missing(cell string) bool {
	if strings.HasPrefix(cell, noDay) {
		return true
	}
	if digits := strings.TrimPrefix(cell, "-"); digits != "" && isDigit(digits[0]) {
		return false // true of most cells
	}
	cell = strings.TrimSpace(cell)
	return len(cell) <= longestAbsent && (absent[strings.ToLower(cell)] || infinite(cell))
}
