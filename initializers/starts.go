package initializers

import (
	"math"
	"math/rand/v2"
)

// Numbers of EM steps on the summary. Candidates are compared after a few steps; the best one is then improved further.
const (
	startSteps  = 6
	chosenSteps = 20
	trialSteps  = 6  // for a move, before it may be rejected
	moveSteps   = 14 // for a move that came close
	lastSteps   = 100
)

// closeCall is by how much a move may fall short in mean log-likelihood after trialSteps and still be continued.
const closeCall = 0.01

// search returns the likeliest fit it finds of a summary: the best of the starts, then moves from there.
func (e *em) search(data *tally) *MixtureFit {
	rng := NewRand(e.c.Seed, 0)
	best := e.bestStart(data, rng)
	e.run(data, best, chosenSteps)
	if e.c.Components > 1 {
		for range e.c.Moves {
			best = e.tryMove(data, best, rng)
		}
	}
	e.run(data, best, lastSteps)
	return best
}

// bestStart is the start that is likeliest after a few steps.
func (e *em) bestStart(data *tally, rng *rand.Rand) (best *MixtureFit) {
	k := e.c.Components
	for i := range 2 + e.c.Starts {
		var centers []float64
		switch i {
		case 0:
			centers = data.quantiles(k)
		case 1:
			centers = data.heaviest(k)
		default:
			centers = data.kMeans(k, rng)
		}
		fit := e.fromCenters(data, centers)
		if e.run(data, fit, startSteps); best == nil || fit.LogLikelihood > best.LogLikelihood {
			best = fit
		}
	}
	return best
}

// fromCenters starts from the clusters nearest to each centre.
func (e *em) fromCenters(data *tally, centers []float64) *MixtureFit {
	k := len(centers)
	fit := &MixtureFit{Mixture: Mixture{make([]float64, k), centers, make([]float64, k)}}
	lo := 0
	for j := range k {
		hi := len(data.values)
		if j+1 < k {
			hi = max(lo, data.above(0.5*(centers[j]+centers[j+1])))
		}
		mass, mean, variance := data.moments(lo, hi)
		fit.Logits[j] = math.Log(max(mass/data.total, 1e-3/float64(k)))
		if mass > 0 {
			fit.Means[j] = mean
		}
		fit.LogScales[j] = e.logScale(variance)
		lo = hi
	}
	normalize(fit.Logits)
	return fit
}

// tryMove returns fit with one component moved to the place of another, if that is likelier after a few steps, or else
// fit. It finds what additional starts do not: a wide component hidden behind a narrow one, or two on a skewed peak.
func (e *em) tryMove(data *tally, fit *MixtureFit, rng *rand.Rand) *MixtureFit {
	moved := e.move(fit, rng)
	e.run(data, moved, trialSteps)
	if moved.LogLikelihood > fit.LogLikelihood-closeCall {
		e.run(data, moved, moveSteps)
	}
	if moved.LogLikelihood > fit.LogLikelihood {
		return moved
	}
	return fit
}

// move drops a random component and splits another one in its place, into two at μ ± 1.2σ with scale σ/e.
func (e *em) move(fit *MixtureFit, rng *rand.Rand) *MixtureFit {
	k := len(fit.Means)
	moved := &MixtureFit{Mixture: newMixture(k)}
	moved.Mixture.set(fit.Mixture)
	from, split := rng.IntN(k), rng.IntN(k-1)
	if split >= from {
		split++
	}
	shift := 1.2 * math.Exp(fit.LogScales[split])
	moved.Means[from], moved.Means[split] = fit.Means[split]-shift, fit.Means[split]+shift
	for _, j := range []int{from, split} {
		moved.Logits[j] = fit.Logits[split] - math.Ln2
		moved.LogScales[j] = e.bounded(fit.LogScales[split] - 1)
	}
	normalize(moved.Logits)
	return moved
}
