// Package variational fits a flow to a density that is known but for a constant, p(x) = p̃(x)/Z: a posterior, say, whose log p̃ is the
// log-likelihood plus the log-prior. No data is needed; the flow q learns from its own samples, by the reverse Kullback-Leibler
// divergence
//
//	KL(q ‖ p) = E_q[log q(x) − log p̃(x)] + log Z   (Rezende & Mohamed 2015, arXiv:1505.05770).
//
// How good it has become is said by importance weights p̃/q of new samples: they correct what it still gets wrong, and estimate Z.
//
//	q, err := variational.New(flow, logPosterior, variational.Config{PathDerivative: true})
//	history, err := q.Fit(ctx, 5120, train.FitConfig{Epochs: 100})
//	w, err := q.Weigh(10_000, rng)
//	w.X, w.Weights(), w.ESS(), w.LogZ()
//
// The reverse divergence seeks modes: a mode of p that q has never drawn costs nothing, and weights of q's own samples do not show it.
// Excess asks at places that are known.
package variational
