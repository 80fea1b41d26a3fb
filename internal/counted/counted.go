// Package counted writes how many there are of something: 1 row, 2 rows.
package counted

import "strconv"

// Of is a number followed by what is counted.
func Of(n int, what string) string { return strconv.Itoa(n) + " " + Noun(n, what) }

// Noun is what is counted, as it stands after the number n, however that is written.
func Noun(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}
