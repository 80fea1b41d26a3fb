// Package variational fits a flow to a density that is known up to a constant, p(x) = p̃(x)/Z, such as a posterior, whose log p̃ is
// the log-likelihood plus the log-prior. No data is needed; the flow q learns from its own samples, by the reverse Kullback-Leibler
// divergence
//
//	KL(q ‖ p) = E_q[log q(x) − log p̃(x)] + log Z   (Rezende & Mohamed 2015, arXiv:1505.05770).
//
// The result is judged by the importance weights p̃/q of new samples, which also correct its remaining errors and estimate Z.
//
//	q, err := variational.New(flow, logPosterior, variational.Config{PathDerivative: true})
//	history, err := q.Fit(ctx, 5120, train.FitConfig{Epochs: 100})
//	w, err := q.Weigh(10_000, rng)
//	w.X, w.Weights(), w.ESS(), w.LogZ()
//
// The reverse divergence is mode-seeking: a mode of p from which q has never drawn a sample costs nothing, and the weights of q's
// own samples do not reveal it. Excess tests known places for that.
package variational
