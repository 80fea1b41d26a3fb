// Package columns finds out what the columns of a table are: numbers, counts with an atom, shares, categories, dates, text,
// identifiers, constants, copies of one another. A Schema describes a whole table in this way. It converts the text of a cell to a
// number and a number back to such a text, so that a density of numbers is a density of rows as people write them.
package columns
