package flows_test

import "math"

// A strangeTransform is a transform in a model file, computed by docs/model-format.md alone; absent settings have the
// defaults of that page.
type strangeTransform struct {
	Kind   string `json:"kind"`
	Config struct {
		Components int          `json:"components"`
		Clamp      strangeClamp `json:"clamp"`
		Bins       int          `json:"bins"`
		Bound      float64      `json:"bound"`
		Lo         float64      `json:"lo"`
		Hi         float64      `json:"hi"`
		Period     float64      `json:"period"`
		Rotates    bool         `json:"rotates"`
		ShiftLast  bool         `json:"shift_last"`
		MinWidth   float64      `json:"min_width"`
		MinHeight  float64      `json:"min_height"`
		MinSlope   float64      `json:"min_slope"`
	} `json:"config"`
}

type strangeClamp struct {
	Kind   string
	Lo, Hi float64
}

func (c strangeClamp) apply(raw float64) float64 {
	switch c.Kind {
	case "tanh":
		return c.Hi * math.Tanh(raw)
	case "sigmoid":
		return c.Lo + (c.Hi-c.Lo)/(1+math.Exp(-raw))
	}
	return raw
}

type strangePart struct {
	name string
	size int
}

func or(v, absent float64) float64 {
	if v == 0 {
		return absent
	}
	return v
}

func (t strangeTransform) parts() []strangePart {
	bins := int(or(float64(t.Config.Bins), 8))
	switch t.Kind {
	case "affine":
		return []strangePart{{"shift", 1}, {"log_scale", 1}}
	case "sinh_arcsinh":
		return []strangePart{{"skew", 1}, {"log_tail", 1}}
	case "yeo_johnson":
		return []strangePart{{"power", 1}}
	case "gaussian_mixture_cdf", "logistic_mixture_cdf":
		k := int(or(float64(t.Config.Components), 8))
		return []strangePart{{"logits", k}, {"means", k}, {"log_scales", k}}
	case "empirical":
		k := int(or(float64(t.Config.Bins), 32))
		return []strangePart{{"start", 1}, {"log_gaps", k}, {"log_slopes", k + 1}}
	case "interval_spline":
		return []strangePart{{"widths", bins}, {"heights", bins}, {"slopes", bins + 1}}
	case "circular_spline":
		parts := []strangePart{{"widths", bins}, {"heights", bins}, {"slopes", bins}}
		if t.Config.Rotates {
			parts = append(parts, strangePart{"phase", 1})
		}
		return parts
	}
	return []strangePart{{"widths", bins}, {"heights", bins}, {"slopes", bins - 1}}
}

// apply is T(x) and log T′.
func (t strangeTransform) apply(x float64, parts [][]float64) (z, logSlope float64) {
	switch t.Kind {
	case "affine":
		s := parts[1][0]
		if bound := t.Config.Bound; bound != 0 {
			s = bound * math.Tanh(s/bound)
		}
		if t.Config.ShiftLast {
			return x*math.Exp(-s) - parts[0][0], -s
		}
		return (x - parts[0][0]) * math.Exp(-s), -s
	case "sinh_arcsinh":
		u := math.Exp(parts[1][0])*math.Asinh(x) - parts[0][0]
		return math.Sinh(u), parts[1][0] + math.Log(math.Cosh(u)) - math.Log1p(x*x)/2
	case "yeo_johnson":
		return strangeColumn{Kind: "yeo_johnson", Lambda: 1 + math.Tanh(parts[0][0])}.curve(x)
	case "gaussian_mixture_cdf":
		return mixture(x, parts[0], parts[1], t.scales(parts[2]))
	case "logistic_mixture_cdf":
		return logisticMixture(x, parts[0], parts[1], t.scales(parts[2]))
	case "empirical":
		return t.empirical(x, parts[0][0], parts[1], parts[2])
	}
	return t.spline(x, parts)
}

func (t strangeTransform) scales(raw []float64) (logScales []float64) {
	for _, v := range raw {
		logScales = append(logScales, t.Config.Clamp.apply(v))
	}
	return logScales
}

func logisticMixture(x float64, logits, means, logScales []float64) (z, logSlope float64) {
	var lower, upper, density []float64
	total := logSumExp(logits)
	logLambda := func(t float64) float64 { return math.Min(t, 0) - math.Log1p(math.Exp(-math.Abs(t))) }
	for k := range logits {
		t, w := (x-means[k])/math.Exp(logScales[k]), logits[k]-total
		lower, upper = append(lower, w+logLambda(t)), append(upper, w+logLambda(-t))
		density = append(density, w+logLambda(t)+logLambda(-t)-logScales[k])
	}
	lf, ls := logSumExp(lower), logSumExp(upper)
	return lf - ls, logSumExp(density) - lf - ls
}

func (t strangeTransform) empirical(x, start float64, logGaps, logSlopes []float64) (z, logSlope float64) {
	k, bound := len(logGaps), or(t.Config.Bound, 3)
	xs, zs, slopes := []float64{-bound + start}, []float64{-bound}, []float64{math.Exp(logSlopes[0])}
	for i, g := range logGaps {
		zs = append(zs, -bound+2*bound*float64(i+1)/float64(k))
		xs = append(xs, xs[i]+(zs[i+1]-zs[i])*math.Exp(g))
		slopes = append(slopes, math.Exp(logSlopes[i+1]))
	}
	switch {
	case x < xs[0]:
		return zs[0] + slopes[0]*(x-xs[0]), logSlopes[0]
	case x > xs[k]:
		return zs[k] + slopes[k]*(x-xs[k]), logSlopes[k]
	}
	return between(x, xs, zs, slopes)
}

func (t strangeTransform) spline(x float64, parts [][]float64) (z, logSlope float64) {
	c, least := t.Config, or(t.Config.MinSlope, 1e-3)
	lo, hi := c.Lo, c.Hi
	switch t.Kind {
	case "rational_quadratic_spline":
		hi = or(c.Bound, 3)
		lo = -hi
		if math.Abs(x) >= hi {
			return x, 0
		}
	case "circular_spline":
		hi = or(c.Period, 2*math.Pi) / 2
		lo = -hi
		if c.Rotates {
			x += parts[3][0]
		}
		x -= 2 * hi * math.Floor((x-lo)/(2*hi))
	case "interval_spline":
		if !(x >= lo && x <= hi) {
			return x, math.Inf(-1)
		}
	}
	knots := func(raw []float64, least float64) (at []float64) {
		sum, total := 0.0, logSumExp(raw)
		for _, v := range raw {
			at = append(at, lo+(hi-lo)*sum)
			sum += least + (1-float64(len(raw))*least)*math.Exp(v-total)
		}
		return append(at, hi)
	}
	var slopes []float64
	for _, v := range parts[2] {
		slopes = append(slopes, least+math.Log1p(math.Expm1(1-least)*math.Exp(v)))
	}
	switch t.Kind {
	case "rational_quadratic_spline":
		slopes = append(append([]float64{1}, slopes...), 1)
	case "circular_spline":
		slopes = append(slopes, slopes[0])
	}
	return between(x, knots(parts[0], or(c.MinWidth, 1e-3)), knots(parts[1], or(c.MinHeight, 1e-3)), slopes)
}

// between evaluates a rational-quadratic spline inside of its interval.
func between(x float64, xs, ys, delta []float64) (z, logSlope float64) {
	i := 0
	for i < len(xs)-2 && x >= xs[i+1] {
		i++
	}
	w, h := xs[i+1]-xs[i], ys[i+1]-ys[i]
	s, xi, rest := h/w, (x-xs[i])/w, (xs[i+1]-x)/w
	d := s*(xi*xi+rest*rest) + (delta[i]+delta[i+1])*xi*rest
	return ys[i] + h*xi*(s*xi+delta[i]*rest)/d, math.Log(s * s * (delta[i+1]*xi*xi + 2*s*xi*rest + delta[i]*rest*rest) / (d * d))
}
