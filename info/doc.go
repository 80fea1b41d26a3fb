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
//   - RBIG, of more columns: rotations and maps of columns fitted to some of the rows, whose log-likelihood of others is the estimate. It is
//     seldom too high, and too low by as much as RBIG has not found.
//   - Sums: the sum of what the blocks of RBIG lose, as the measures of Laparra et al. 2011 are defined. It judges rows by their own fit.
//   - Flow: the log-likelihood, cross-fitted likewise, of a coupling flow that is trained: finds most of many columns, and takes minutes.
//
// Auto is Neighbours or RBIG by the number of columns.
package info
