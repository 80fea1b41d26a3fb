package bases_test

import (
	"testing"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// all are the bases that the conformance suite runs on; a new base is one more line here.
var all = map[string]func() (bases.Base, error){
	"standard normal": func() (bases.Base, error) { return bases.NewStandardNormal(2) },
	"normals":         independent(bases.IndependentConfig{Family: bases.Normal{}}),
	"student t":       independent(bases.IndependentConfig{Family: bases.StudentT{}}),
	"interval": func() (bases.Base, error) { // log p has no gradient in the interval's place, so it cannot be trained
		b, err := independent(bases.IndependentConfig{Family: bases.UniformInterval{HalfWidth: 40}})()
		if err == nil {
			b.Params()[0].Trainable = false
		}
		return b, err
	},
	"interval, context": independent(bases.IndependentConfig{
		Family: bases.UniformInterval{HalfWidth: 40}, Context: 2, Conditioner: layers.MLPConfig{Hidden: []int{4}, Activation: graph.Tanh}.New,
	}),
	"uniform": func() (bases.Base, error) {
		return bases.NewUniform(bases.UniformConfig{Low: []float64{-20, -20}, High: []float64{20, 30}})
	},
	"mixture":      mixture(bases.GaussianMixtureConfig{Components: 3}),
	"full mixture": mixture(bases.GaussianMixtureConfig{Components: 2, Full: true}),
	"full mixture, context": mixture(bases.GaussianMixtureConfig{
		Components: 2, Full: true, Context: 2, Conditioner: layers.MLPConfig{Hidden: []int{4}, Activation: graph.Tanh}.New,
	}),
	"normals, context": independent(bases.IndependentConfig{
		Family: bases.Normal{}, Context: 2, Conditioner: layers.MLPConfig{Hidden: []int{4}, Activation: graph.Tanh}.New,
	}),
}

func independent(c bases.IndependentConfig) func() (bases.Base, error) {
	return func() (bases.Base, error) { return bases.NewIndependent(2, c) }
}

func mixture(c bases.GaussianMixtureConfig) func() (bases.Base, error) {
	return func() (bases.Base, error) { return bases.NewGaussianMixture(2, c) }
}

// TestConformance runs the conformance suite on every base.
func TestConformance(t *testing.T) {
	for name, make := range all {
		t.Run(name, func(t *testing.T) {
			options := layertest.BaseOptions{}
			if b, err := make(); err == nil && bases.IsBounded(b) {
				options.Tails = []float64{}
			}
			layertest.RunBase(t, func() bases.Base {
				b, err := make()
				if err != nil {
					t.Fatal(err)
				}
				return b
			}, options)
		})
	}
}
