// Package rows is what a table is to everything that reads one: a Source of rows, what they must be, and the mean and spread of their
// columns. It knows nothing of files, of graphs or of models, so that a program that only reads tables takes nothing else with it.
package rows
