// Package mixed fits a density to the rows of a table as it is: numbers, whole numbers and other grids, values with a probability
// of their own, categories, and missing cells.
//
//	model, err := mixed.Fit(ctx, schema, x, mixed.Config{})       // x: NaN is missing, a category is the index of its level
//	logProb, err := model.LogProb(x)                              // of the cells that are there; nats
//	rows, err := model.SampleGiven([]mixed.Condition{mixed.Is("bedrooms", 3)}, 1000, rng)
//	imputed, err := model.Impute(x, 20, rng)
//	odd, err := model.Explain(x)
//
// One network computes the distribution of every column given any subset of the others: log p(x) = Σ_j log p(x_j | x_before j). The
// order is: columns that are given, then times, then the others in their order. For a time the network reads its position in the
// day, the week, the month and the year. A category has a softmax distribution. A number is mapped to its normal score by its
// marginal, a spline through quantiles, and the score has a mixture of normals: for a continuous number that gives a density, for a
// value on a grid, or one with a probability of its own, the exact probability of an interval of scores. If numbers nearly determine
// each other, as when a trip began and ended, the score is that of what is left of one, given the others, where these are known. A
// missing cell is left out of the sum and not shown to the network. The distributions given different subsets come from one
// network, and agree as well as it has learned them: log p(x) = log p(c) + log p(x | c) holds exactly if the columns of c come
// first in the order, and otherwise approximately.
//
// Sources: Uria, Murray & Larochelle 2014, arXiv:1310.1757 (one network for all orders); Strauss & Oliva 2021, arXiv:2202.05496
// (conditionals of numbers and categories given any others).
package mixed
