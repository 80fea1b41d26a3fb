// Package drift tests whether two tables with the same columns come from one population: with one p-value, how far apart they are,
// which columns moved and how, and which pairs of columns changed their dependence. Columns may be of any kind (numbers,
// categories, times) and cells may be missing.
//
// # The test
//
// If nothing drifted, a row says nothing about the table it is in. So all statistics are computed again after the rows have been
// assigned to the tables at random, some hundreds of times. A p-value is the share of these draws, the actual tables among them,
// that are at least as extreme. It is valid for any number of rows and any kind of column. (Rows of a time series, which depend on
// their neighbours, are not exchangeable, and appear more different than they are.)
//
// From the rows of both tables together, each column gets an orthonormal set of features f. For numbers and times they are the
// Legendre polynomials of orders 1 to 4 of the ranks, and indicators of values that many rows have exactly; for categories they are
// indicators of the levels. For all kinds there is an indicator of missing cells. With n rows, n_A of them in A,
//
//	T = Σ_k z_k²,  z_k = Σ_{i in A} f_k(x_i) / √(n_A·n_B/(n − 1)),
//
// is distributed as χ² with as many degrees of freedom as there are features. For a category it is Pearson's χ²; for numbers it
// consists of Wilcoxon's rank test, a rank test of the spread, and further terms for the shape. For two columns the statistic is
// the change of the correlations r of their first features,
//
//	T = Σ_kl (artanh r_kl(A) − artanh r_kl(B))² / (1/(n_A − 3) + 1/(n_B − 3)),
//
// with ranks taken within each table, so that a column that moved does not affect it. If two columns of numbers nearly determine
// each other, as when a trip began and ended, what is left of one, given the other, hardly shows in their ranks: then z² of its
// features, those of a column of numbers, are added to T.
//
// All T are brought to one scale (Wilson & Hilferty 1931, and then the mean and standard deviation of the draws). The p-value of
// the tables is that of the smallest of four p-values, by the same draws: of the greatest T and of the sum of T, for columns and
// for pairs. The p-values of columns and of pairs are corrected for their number by Westfall & Young's step-down maxT (1993,
// Resampling-based multiple testing, 2.6). It is Holm's procedure with the dependence between the statistics taken into account:
// the probability that any column is named though none moved is at most the level.
package drift
