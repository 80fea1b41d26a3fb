// Package mixed is a density of the rows of a table as it is: numbers, whole numbers and other grids, values that have a probability
// of their own, categories, and cells that are missing.
//
//	model, err := mixed.Fit(ctx, schema, x, mixed.Config{})       // x: NaN is missing, a category is the index of its level
//	logProb, err := model.LogProb(x)                              // of what is there; nats
//	rows, err := model.SampleGiven([]mixed.Condition{mixed.Is("bedrooms", 3)}, 1000, rng)
//	imputed, err := model.Impute(x, 20, rng)
//	odd, err := model.Explain(x)
//
// One network gives the law of every column from any subset of the others: log p(x) = Σ_j log p(x_j | x_before j), times first, then the
// other columns in their order, and what is given stands before all. Of a time the network sees where it lies in the day, the week, the
// month and the year. A category's law is a softmax. A number is taken to its normal score by its marginal, a
// spline through quantiles, where its law is a mixture of normals: of a continuous number it is a density, of a value on a grid, or
// one with a probability of its own, the exact probability of an interval of scores. A missing cell is left out of the sum and is not
// shown to the network. The laws of different subsets come from one network and agree as well as it has learned them:
// log p(x) = log p(c) + log p(x | c) holds exactly where the columns of c stand first, and about elsewhere.
//
// Sources: Uria, Murray & Larochelle 2014, arXiv:1310.1757 (one network for all orders); Strauss & Oliva 2021, arXiv:2202.05496
// (any conditional of numbers and categories).
package mixed
