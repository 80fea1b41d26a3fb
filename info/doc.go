// Package info measures how columns depend on each other and how two samples differ, in nats: entropy, negentropy, total and dual total
// correlation, mutual and conditional mutual information, O-information, Kullback–Leibler and Jensen–Shannon divergence; each with a
// standard error, an interval, and the bias that was taken off. Two tests come with p-values that hold at any size of sample.
//
// # How a measure is estimated
//
// Every measure of dependence is a sum of total correlations, TC = E log c, c the density of the copula: of the columns' ranks. So it
// depends on the ranks alone, to the last bit, and no increasing map of a column changes it. The copula is estimated in two steps.
//
// First the likeliest elliptical one: of a normal, or where that is worth its parameter of a multivariate t. What fitting it to the rows
// makes of independent columns is known in closed form and taken off: of normal columns there is no bias left.
//
// Then what is left: the copula Gaussianizes the rows, and a smooth test looks at all third and fourth moments of pairs of what comes out.
// Where nothing shows the estimate stands: a more flexible one would add its own error to nothing. Where something does, a Remainder is
// estimated of the Gaussianized rows:
//
//   - Neighbours, of up to four columns: nearest neighbours, whose bias vanishes where rows are normal. Best where there are few columns.
//   - Flow, of more: the log-likelihood of an autoregressive flow, by the chain rule one conditional density for each column where those before it
//     are known: the mean of three mixtures whose parameters networks read off the known columns, trained on other rows, so that no row
//     judges its own fit. It is too low by as much as the flow has not found. Of more than twelve known columns those are read whose pair with the
//     column is dependent, and twelve of them at most. What fits take is bounded: of very many columns or rows they see some of the rows.
//     A row that a flow throws far out counts as one in all rows and no less.
//   - RBIG: the log-likelihood of RBIG, without training: it finds less.
//   - Sums: the sum of what the blocks of RBIG lose, as the measures of Laparra et al. 2011 are defined. Fast; it judges rows by their own fit.
//
// Auto is Neighbours or Flow by the number of columns, of each of the groups of them that do not depend on each other by a test of pairs. The
// program examples/dependence prints all of them beside truths. What a column shares with all others, of which the dual total correlation is a sum,
// takes one conditional a column, also where RBIG or Sums estimate total correlations, and mutual information those of its smaller group alone.
//
// # Columns of names, missing cells, models
//
// OfTable takes any table: names are measured together with numbers by the chain rule, exactly in form and by counts and ranks, and each
// measure is of the rows that have its cells. OfFlow measures a fitted density.
//
// Entropies of numbers, and divergences where one sample cannot be told from a normal, are of values: rows that cannot be told from a
// multivariate normal or t by a smooth test have that law's, in closed form, with the standard errors of Fisher's information.
package info
