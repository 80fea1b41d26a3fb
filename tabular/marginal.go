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

// A marginal is the map of one column ahead of the family's layers. It is one of these two or none:
//
//	tails:  y = sinh(δ·asinh((x − shift)/scale)), δ = tailPower, nearly a logarithm on both sides of shift, so that powers of x
//	        become exponentials of y (Jones & Pewsey 2009; Johnson 1949 for the logarithm itself)
//	modes:  y = F₂⁻¹(F₁(x)), F₁ the distribution function of a mixture that resolves the modes, F₂ of one whose components have the
//	        same weights, the scale 1 and places near each other.
type marginal struct {
	shift, scale float64               // scale is 0 if there is no map of tails
	far          *initializers.Mixture // F₁; nil if there is no map of modes
}

func (m marginal) any() bool { return m.scale > 0 || m.far != nil }

// precise reports whether the map needs more precision than float32 has.
func (m marginal) precise() bool { return m.far != nil || math.Abs(m.shift) > 1e3*m.scale }

const (
	tailPower  = 0.1  // δ of the map of tails
	heavyIndex = 0.55 // 1/α from which on a tail counts as a power law's
	tailGain   = 0.6  // nats a row that a map must gain on held values if the tails are no power law's; with a smaller gain it is left to the family's layers

	modes     = 8    // the most components of a map of modes, and of the mixtures with which maps are compared
	modeShare = 0.04 // the least share of the values that a mode has
	modeWidth = 0.02 // share of a column's spread: wider modes need no map
	modeGap   = 8    // the largest distance between neighbouring modes after the map, in scales
	modeGain  = 0.3  // like tailGain, for a map of modes

	farthest   = 1e100 // in distances between the quartiles: values farther out cannot be mapped
	marginRows = 2000  // the most rows used to choose a map
	fewestRows = 100   // and the fewest
	rowsAMode  = 40    // rows for each component of a mixture with which maps are compared

	gainErrors = 3    // standard errors by which a gain must exceed 0, for one column
	mostGain   = 3    // the most nats that one row counts for
	farGain    = 1    // nats that a row gains to count as one far out
	farRows    = 4    // the least number of such rows
	farLoss    = 0.01 // nats a row that the others may lose
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

// newMarginal chooses the map after which a mixture, fitted to every other value, is likeliest on the values between. A gain must
// exceed limit standard errors, because the best of d columns gains about √(2·log d) of them by chance. If the tails are as heavy
// as a power law's, a map need only not lose: what it gains shows mostly in rows that are not in the table.
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

// everyOther splits the values into two halves, of at most marginRows together.
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

// quickMixture fits a mixture to a column, to compare maps by; its scales have the same range as those of the family's
// layers.
func quickMixture(values []float64, seed uint64) (initializers.Mixture, error) {
	least, most := initializers.DefaultScaleClamp.ScaleRange()
	fit, err := initializers.FitMixture(values, initializers.MixtureConfig{
		Components: min(modes, max(1, len(values)/rowsAMode)), Seed: seed, Starts: 1, Moves: 2, MaxSteps: 40, Tol: 1e-4, MinScale: least, MaxScale: most,
	})
	return fit.Mixture, err
}

// heldLogs are log p of the held values under a mixture fitted to the mapped fitted values.
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

// mixtureLogs are the log-densities of values under a mixture.
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

// gainOf is the mean by which logs exceed plain, or 0 if that may be chance. It is not chance if it is limit standard errors above
// 0, with each row counting at most mostGain; or if at least farRows rows far out gain, and the others lose at most farLoss.
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
