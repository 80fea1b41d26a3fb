package tabular

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// A marginal is the map of one column ahead of the family's layers, one of two or none:
//
//	tails:  y = sinh(δ·asinh((x − shift)/scale)), δ = tailPower, nearly a logarithm on both sides of shift, so that powers of x
//	        become exponentials of y (Jones & Pewsey 2009; Johnson 1949 for the logarithm itself)
//	modes:  y = F₂⁻¹(F₁(x)), F₁ the distribution function of a mixture that resolves the modes, F₂ of one whose components have the
//	        same weights, the scale 1 and places near each other.
type marginal struct {
	shift, scale float64               // scale 0: no map of tails
	far          *initializers.Mixture // nil: no map of modes
}

func (m marginal) any() bool { return m.scale > 0 || m.far != nil }

// precise reports a map that float32 is too coarse for.
func (m marginal) precise() bool { return m.far != nil || math.Abs(m.shift) > 1e3*m.scale }

const (
	tailPower  = 0.1  // δ of a map of tails
	heavyIndex = 0.55 // 1/α of a power law, from which on a tail is one
	tailGain   = 0.6  // nats a row that a map of other tails must gain on values it was not fitted to: what gains less, the family's layers learn

	modes     = 8    // components of a map of modes at most, and of the mixtures that maps are compared by
	modeShare = 0.04 // of the values that a mode has at least
	modeWidth = 0.02 // of a column's spread: wider modes need no map
	modeGap   = 8    // scales at most between neighbouring modes, mapped
	modeGain  = 0.3  // nats a row, as tailGain

	farthest   = 1e100 // quartile distances: what lies farther out cannot be mapped
	marginRows = 2000  // that maps are chosen by, at most
	fewestRows = 100   // and at least
	rowsAMode  = 40    // of a mixture that maps are compared by

	gainErrors = 3    // standard errors that a gain is beyond, for one column
	mostGain   = 3    // nats that one row can count for
	farGain    = 1    // nats that a row far out gains
	farRows    = 4    // of which there must be so many
	farLoss    = 0.01 // nats a row, which is next to none
)

// newMarginals chooses the map of each column.
func newMarginals(x *mat.Dense, usable []bool, seed uint64) ([]marginal, error) {
	n, d := x.Dims()
	marginals := make([]marginal, d)
	if n < fewestRows {
		return marginals, nil
	}
	err := initializers.EachColumn(d, func(j int) (err error) {
		if values := mat.Col(nil, j, x); usable[j] && floats.Norm(values, math.Inf(1)) < farthest {
			marginals[j], err = newMarginal(values, gainErrors+math.Sqrt(2*math.Log(float64(d))), seed)
		}
		return err
	})
	return marginals, err
}

// newMarginal is the map by which a mixture is likeliest on every other value, fitted to those between. A gain must be limit
// standard errors, for the best of d columns gains about √(2·log d) of them by chance. Of a column with tails as heavy as a power
// law's, what a map gains shows in rows that are still to come: it need not lose.
func newMarginal(values []float64, limit float64, seed uint64) (best marginal, err error) {
	even, odd := everyOther(values)
	plain, err := heldLogs(even, odd, marginal{}, seed)
	if err != nil {
		return best, err
	}
	heavy, most := tailIndex(values) > heavyIndex, math.Inf(-1)
	for _, m := range tailCandidates(even) {
		logs, err := heldLogs(even, odd, m, seed)
		if err != nil {
			return marginal{}, err
		}
		gain := stat.Mean(logs, nil) - stat.Mean(plain, nil)
		if gain > most && (heavy && gain > -farLoss || gainOf(logs, plain, limit) > tailGain) {
			best, most = m, gain
		}
	}
	if !gapped(even) {
		return best, nil
	}
	far, err := farModes(even, seed)
	if err != nil || far == nil || gainOf(mixtureLogs(odd, *far), plain, limit) <= max(modeGain, most) {
		return best, err
	}
	far, err = farModes(values, seed)
	return marginal{far: far}, err
}

// everyOther are two halves of the values, of marginRows together at most.
func everyOther(values []float64) (even, odd []float64) {
	step := max(1, len(values)/marginRows)
	for i := 0; i < len(values); i += step {
		if i/step%2 == 0 {
			even = append(even, values[i])
		} else {
			odd = append(odd, values[i])
		}
	}
	return even, odd
}

// quickMixture is a fit of a column to compare maps by, as narrow and as wide as the family's own can be.
func quickMixture(values []float64, seed uint64) (initializers.Mixture, error) {
	least, most := initializers.DefaultScaleClamp.ScaleRange()
	fit, err := initializers.FitMixture(values, initializers.MixtureConfig{
		Components: min(modes, max(1, len(values)/rowsAMode)), Seed: seed, Starts: 1, Moves: 2, MaxSteps: 40, Tol: 1e-4, MinScale: least, MaxScale: most,
	})
	return fit.Mixture, err
}

// heldLogs are log p of the held values by a mixture of the mapped fitted ones.
func heldLogs(fitted, held []float64, m marginal, seed uint64) ([]float64, error) {
	y, _ := m.tails(fitted)
	mean, std := rows.MeanStd(y)
	if !(std > 0) {
		return slices.Repeat([]float64{math.Inf(-1)}, len(held)), nil
	}
	scaleTo(y, mean, std)
	mixture, err := quickMixture(y, seed)
	if err != nil {
		return nil, err
	}
	z, slopes := m.tails(held)
	scaleTo(z, mean, std)
	logs := mixtureLogs(z, mixture)
	floats.Add(logs, slopes)
	floats.AddConst(-math.Log(std), logs)
	return logs, nil
}

func scaleTo(v []float64, mean, std float64) {
	for i := range v {
		v[i] = (v[i] - mean) / std
	}
}

// mixtureLogs are log-densities of a mixture.
func mixtureLogs(values []float64, m initializers.Mixture) []float64 {
	logs, terms := make([]float64, len(values)), make([]float64, len(m.Means))
	total := kernel.LogSumExp(m.Logits)
	for i, v := range values {
		for k, s := range m.LogScales {
			terms[k] = m.Logits[k] - total - s + kernel.LogPDF((v-m.Means[k])*math.Exp(-s))
		}
		logs[i] = kernel.LogSumExp(terms)
	}
	return logs
}

// gainOf is the mean of what logs have more than plain, 0 where that may be chance. It counts where it is limit standard errors beyond
// nothing, each row counting mostGain at most; and where a few rows far out have it, as long as the others lose next to nothing by it.
func gainOf(logs, plain []float64, limit float64) float64 {
	clipped, mean, far := make([]float64, len(logs)), 0.0, 0
	for i := range logs {
		gain := logs[i] - plain[i]
		mean += gain / float64(len(logs))
		clipped[i] = min(max(gain, -mostGain), mostGain)
		if gain > farGain {
			far++
		}
	}
	common, std := stat.MeanStdDev(clipped, nil)
	if common < limit*std/math.Sqrt(float64(len(logs))) && (far < farRows || common < -farLoss) {
		return 0
	}
	return mean
}
