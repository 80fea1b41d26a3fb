package variational

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
)

// Weighted are samples of q with their importance weights for p.
type Weighted struct {
	X          *mat.Dense // N×d
	LogWeights []float64  // log p̃(x) − log q(x), N; −Inf where p̃ is zero
}

// Weigh draws n samples of q with rng and weights them.
func (a *Approximation) Weigh(n int, rng *rand.Rand) (Weighted, error) {
	if err := a.made("Weigh"); err != nil {
		return Weighted{}, err
	}
	x, logQ, err := a.flow.SampleAndLogProb(n, rng)
	if err != nil {
		return Weighted{}, fmt.Errorf("variational: Weigh: %w", err)
	}
	logP, err := a.logTarget("Weigh", x)
	if err != nil {
		return Weighted{}, err
	}
	for i := range logP {
		logP[i] -= logQ[i]
	}
	return Weighted{x, logP}, nil
}

// logTarget is log p̃ of rows that have been checked.
func (a *Approximation) logTarget(op string, x mat.Matrix) ([]float64, error) {
	out, err := a.target.Run(x)
	if err != nil {
		return nil, fmt.Errorf("variational: %s: %w", op, err)
	}
	for i, v := range out[0] {
		if math.IsNaN(v) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("variational: %s: the target is %v at row %d (from 0), %.4g, want a number or −Inf", op, v, i, mat.Row(nil, i, x))
		}
	}
	return out[0], nil
}

// Weights are the self-normalized weights, a vector of N with sum one. The mean of g under p is Σ Weights_i·g(X_i). They are NaN
// if all weights are zero.
func (w Weighted) Weights() []float64 {
	all := kernel.LogSumExp(w.LogWeights)
	weights := make([]float64, len(w.LogWeights))
	for i, l := range w.LogWeights {
		weights[i] = math.Exp(l - all)
	}
	return weights
}

// ESS is the effective sample size, (Σw)²/Σw²: from 1, if one sample has all the weight, to N, if q equals p (Kong 1992). It is NaN
// if all weights are zero.
func (w Weighted) ESS() float64 {
	squares := 0.0
	for _, v := range w.Weights() {
		squares += v * v
	}
	if squares == 0 {
		return math.NaN()
	}
	return 1 / squares
}

// LogZ estimates log Z = log ∫p̃ as the logarithm of the mean weight, with its standard error √(1/ESS − 1/N). It covers only the
// part of p̃ that q reaches.
func (w Weighted) LogZ() (logZ, standardError float64) {
	n := float64(len(w.LogWeights))
	return kernel.LogSumExp(w.LogWeights) - math.Log(n), math.Sqrt(max(0, 1/w.ESS()-1/n))
}

// KL estimates KL(q ‖ p) = E_q[log q − log p̃] + log Z, in nats, with Z from LogZ. If p̃ is normalized, −mean(LogWeights) is the
// better estimate.
func (w Weighted) KL() float64 {
	logZ, _ := w.LogZ()
	mean := 0.0
	for _, l := range w.LogWeights {
		mean += l / float64(len(w.LogWeights))
	}
	return logZ - mean
}

// Excess is log p̃(x) − log q(x) of each row of x (N×d), in nats, for rows that are not q's own samples. Where q is right it equals
// log Z. Where it is larger by log 100, for example, q has a hundredth of the density that it should have: it misses a mode there.
func (a *Approximation) Excess(x mat.Matrix) ([]float64, error) {
	if err := a.made("Excess"); err != nil {
		return nil, err
	}
	logQ, err := a.flow.LogProb(x)
	if err != nil {
		return nil, fmt.Errorf("variational: Excess: %w", err)
	}
	logP, err := a.logTarget("Excess", x)
	if err != nil {
		return nil, err
	}
	for i := range logP {
		logP[i] -= logQ[i]
	}
	return logP, nil
}

// Missed lists the rows of x, places of known or suspected modes, at which q has less than the given share, 0.01 for example, of
// the density that it should have, with Z estimated from w. The row numbers are ascending.
func (a *Approximation) Missed(x mat.Matrix, w Weighted, share float64) (rows []int, err error) {
	if !(share > 0 && share < 1) {
		return nil, fmt.Errorf("variational: Missed: share = %g, want 0 < share < 1", share)
	}
	excess, err := a.Excess(x)
	if err != nil {
		return nil, err
	}
	logZ, _ := w.LogZ()
	if math.IsNaN(logZ) || math.IsInf(logZ, 0) {
		return nil, fmt.Errorf("variational: Missed: log Z = %v by %d weights, want a number: samples with weight", logZ, len(w.LogWeights))
	}
	for i, e := range excess {
		if e-logZ > -math.Log(share) {
			rows = append(rows, i)
		}
	}
	return rows, nil
}
