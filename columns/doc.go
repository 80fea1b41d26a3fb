// Package columns says what the columns of a table are: numbers, counts with an atom, shares, categories, dates, text, identifiers,
// constants, copies of one another. A Schema is that for a whole table; it reads a cell's text as a number and writes a number as such a
// cell, so that a density of numbers is one of rows as people write them.
package columns
