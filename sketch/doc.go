// Package sketch summarizes a column of numbers in little memory. Summaries of parts of a column, made anywhere and in any order,
// can be merged into one of the whole. Package rbig uses them to fit a table larger than memory, and on many machines at once.
package sketch
