// Package drift says whether two tables of the same columns are of one population: one p-value, how far apart they are, which columns
// moved and how, which pairs of columns depend on each other in another way than before. Columns may be of any kind (numbers, categories,
// times) and cells may be missing.
//
// # The test
//
// If nothing drifted, which of the two tables a row stands in says nothing of it. So all statistics are computed again with the rows dealt
// out anew, some hundreds of times, and a p-value is the share of these draws, this one among them, that are as extreme: it holds at any
// number of rows, whatever the columns are (rows that follow on each other, as those of a time series do, are not exchangeable, and look
// more different than they are).
//
// The rows of both tables together make an orthonormal set of features f of each column: of numbers and times the Legendre polynomials of
// orders 1 to 4 of their ranks, and whether they have a value that many rows have exactly; of categories whether they are a level; and
// whether a cell is missing. With n rows, n_A of them in A,
//
//	T = Σ_k z_k²,  z_k = Σ_{i in A} f_k(x_i) / √(n_A·n_B/(n − 1)),
//
// is χ² of as many degrees of freedom as there are features: of a category Pearson's χ², and of numbers Wilcoxon's rank test, a test of
// the spread by ranks, and what is left of the shape. Of two columns it is the change of the correlations r of their first features,
//
//	T = Σ_kl (artanh r_kl(A) − artanh r_kl(B))² / (1/(n_A − 3) + 1/(n_B − 3)),
//
// the ranks being those within each table, so that a column that moved does not change them.
//
// All T are brought to one scale (Wilson & Hilferty 1931, and the mean and spread of the draws). P of the tables is that of the smallest of
// four p-values, which is drawn too: of the greatest T and the sum of T, of columns and of pairs. P of columns and of pairs is corrected
// for how many are looked at by Westfall & Young's step-down maxT (1993, Resampling-based multiple testing, 2.6), which is Holm's procedure
// with the dependence between them taken into account: the chance that any is named though none moved is at most the level.
package drift
