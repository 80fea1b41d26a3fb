// Package rows defines what a table is to everything that reads one: a Source of rows, the checks they must pass, and the means and
// spreads of their columns. It knows nothing of files, graphs or models, so that a program that only reads tables does not depend
// on those.
package rows
