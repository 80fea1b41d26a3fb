package tabular

import (
	"math"
	"slices"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// marginalLayers are the maps of single columns as layers, in order: first modes are brought near each other, then
// tails made light.
func marginalLayers(marginals []marginal, dtype graph.Dtype) (named []flows.Named, err error) {
	d := len(marginals)
	add := func(name string, l layers.Bijector, err error) error {
		named = append(named, flows.Named{Name: name, Layer: l})
		return err
	}
	if slices.ContainsFunc(marginals, func(m marginal) bool { return m.far != nil }) {
		from, to := make([]initializers.Mixture, d), make([]initializers.Mixture, d)
		for j, m := range marginals {
			from[j], to[j] = normals(modes), normals(modes)
			if m.far != nil {
				from[j], to[j] = *m.far, nearer(*m.far)
			}
		}
		out, errOut := mixtureLayer(from, dtype)
		in, errIn := mixtureLayer(to, dtype)
		if errOut != nil || errIn != nil {
			return nil, firstOf(errOut, errIn)
		}
		back, err := layers.Invert(in)
		if err := firstOf(add("modes.scores", out, nil), add("modes.nearer", back, err)); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(marginals, func(m marginal) bool { return m.scale > 0 }) {
		shift, scale, skew, logTail := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
		for j, m := range marginals {
			if scale[j] = 1; m.scale > 0 {
				shift[j], scale[j], logTail[j] = m.shift, m.scale, math.Log(tailPower)
			}
		}
		units, errUnits := fixedUnits(shift, scale, dtype)
		tails, err := layers.NewElementwise(d, layers.ElementwiseConfig{Transform: transforms.SinhArcsinh{}, Dtype: dtype})
		if err == nil {
			err = fixed(tails, skew, logTail)
		}
		if err := firstOf(add("tails.units", units, errUnits), add("tails", tails, err)); err != nil {
			return nil, err
		}
	}
	return named, nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// mixtureLayer maps each column by the distribution function of its mixture to normal scores.
func mixtureLayer(mixtures []initializers.Mixture, dtype graph.Dtype) (*layers.MixtureCDF, error) {
	l, err := layers.NewMixtureCDF(len(mixtures), layers.MixtureCDFConfig{Components: modes, Dtype: dtype})
	if err != nil {
		return nil, err
	}
	var logits, means, logScales []float64
	for _, m := range mixtures {
		logits, means, logScales = append(logits, m.Logits...), append(means, m.Means...), append(logScales, m.LogScales...)
	}
	return l, fixed(l, logits, means, logScales)
}

// normals is a mixture of k equal standard normals, whose map is the identity.
func normals(k int) initializers.Mixture {
	return initializers.Mixture{Logits: make([]float64, k), Means: make([]float64, k), LogScales: make([]float64, k)}
}
