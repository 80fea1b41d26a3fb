package layers_test

import (
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// given returns a MakeConditioner that always returns this conditioner.
func given(c layers.Conditioner) layers.MakeConditioner {
	return func(int, int) (layers.Conditioner, error) { return c, nil }
}

// mixtureOf is the transform of a MixtureCDFCoupling of k components.
func mixtureOf(k int) transforms.GaussianMixtureCDF {
	return transforms.GaussianMixtureCDF{Components: k, Clamp: initializers.DefaultScaleClamp}
}
