package layers

import (
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
)

// A ScaleClamp keeps log σ within bounds: a smooth, increasing, invertible curve of the raw value. The zero value
// stands for the default, DefaultScaleClamp.
type ScaleClamp = kernel.Clamp

// TanhClamp is log σ = bound·tanh(raw).
func TanhClamp(bound float64) ScaleClamp {
	return ScaleClamp{Kind: kernel.ClampTanh, Lo: -bound, Hi: bound}
}

// SigmoidClamp is log σ = lo + (hi−lo)·sigmoid(raw).
func SigmoidClamp(lo, hi float64) ScaleClamp {
	return ScaleClamp{Kind: kernel.ClampSigmoid, Lo: lo, Hi: hi}
}

func orDefaultClamp(c ScaleClamp) ScaleClamp {
	if c == (ScaleClamp{}) {
		return initializers.DefaultScaleClamp
	}
	return c
}
