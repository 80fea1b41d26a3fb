// Package sketch summarizes a column of numbers in little memory, so that the summaries of its parts, made anywhere and in any order,
// merge into one of the whole: how rbig fits a table larger than memory, and how many machines fit one together.
package sketch
