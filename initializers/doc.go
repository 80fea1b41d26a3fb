// Package initializers gives flows their initial parameters: seeded random ones, and ones derived from data.
//
// A Distribution fills the weights of a dense layer. PCA, Haar and HouseholderDecompose make rotations. FitMixture fits
// a one-dimensional mixture by EM, QuantileMixture derives one from quantiles. Walk is the iterative Gaussianization
// that warm-starts a whole flow: RBIG (Laparra, Camps-Valls & Malo 2011, arXiv:1602.00229), with mixtures as the
// marginal maps.
//
// Everything is deterministic for its seed.
package initializers
