// Package layertest has the conformance suites that every piece of a flow passes, ours and a user's own: Run for a bijector, RunTransform,
// RunConditioner and RunBase. Each takes the author's tolerances; what the last three find broken, they say in words, with what the
// rule is for. CheckTransform, CheckConditioner and CheckBase return it instead.
//
//	func TestSpline(t *testing.T) {
//		layertest.Run(t, func() layers.Bijector { return newSpline(3) }, layertest.Options{})
//	}
package layertest

import (
	"math/rand/v2"
	"testing"

	"gaussflow/internal/testsize"
	"gaussflow/layers"
)

// Options loosen the suite for a bijector that cannot do all of it; the zero value asks for everything.
type Options struct {
	// Tails are the magnitudes at which value, log-det and gradient must be finite; default 8 and 40.
	Tails []float64
}

// Run checks a float64 bijector: round trips, log-dets, gradients, a step of training that moves every parameter, fused against
// composed ops, our executor against Gorgonia's, tails, single rows, unmodified inputs, stable parameters and, where the layer
// can be described, its JSON. make is called several times and must return equal layers.
func Run(t *testing.T, make func() layers.Bijector, o Options) {
	t.Helper()
	if o.Tails == nil {
		o.Tails = []float64{8, 40}
	}
	fresh := func() layers.Bijector { b := make(); perturb(t, b); return b }
	checks := map[string]func(*testing.T, func() layers.Bijector){
		"RoundTrip":        roundTrip,
		"LogDetJacobian":   logDetJacobian,
		"Gradients":        gradients,
		"Training":         training,
		"ComposedAndFused": composedAndFused,
		"OneRow":           oneRow,
		"InputUnmodified":  inputUnmodified,
		"Params":           params,
		"Describe":         describe,
	}
	// Gorgonia's own machine computes the same on every processor and takes half of the suite's time, so that it is not run where the
	// processor is emulated.
	if testsize.Of(t, true, false) {
		checks["StockMachine"] = stockMachine
	}
	for name, check := range checks {
		t.Run(name, func(t *testing.T) { check(t, fresh) })
	}
	t.Run("Tails", func(t *testing.T) { tails(t, fresh(), o.Tails) })
}

// perturb moves every trainable parameter by a seeded N(0, 0.2²), so that no layer is tested as the identity.
func perturb(t *testing.T, b layers.Bijector) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 5))
	for _, p := range b.Params() {
		if !p.Trainable {
			continue
		}
		v := p.Values()
		for i := range v {
			v[i] += 0.2 * rng.NormFloat64()
		}
		if err := p.Set(v); err != nil {
			t.Fatal(err)
		}
	}
}
