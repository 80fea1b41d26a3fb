package tabular

import (
	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/train"
)

// newFlow stacks a standardizer fitted to x, a Gaussianization of each column, and the family's recipe.
func (p plan) newFlow(x *mat.Dense) (*flows.Flow, error) {
	_, d := x.Dims()
	standardize, err := layers.NewStandardize(x, layers.AffineConfig{Dtype: p.Dtype})
	if err != nil {
		return nil, err
	}
	marginal, err := layers.NewMixtureCDF(d, layers.MixtureCDFConfig{Components: p.marginal, Seed: p.Seed, Dtype: p.Dtype})
	if err != nil {
		return nil, err
	}
	named := []flows.Named{{Name: "standardize", Layer: standardize}, {Name: "marginal", Layer: marginal}}
	if d > 1 { // one column has nothing to rotate or to condition on
		recipe, err := p.recipe(d)
		if err != nil {
			return nil, err
		}
		named = append(named, recipe.Layers()...)
	}
	return flows.New(named...)
}

func (p plan) recipe(d int) (*flows.Flow, error) {
	if p.Family == Diagonal {
		return flows.NewGaussianization(d, flows.GaussianizationConfig{Blocks: p.Blocks, Components: p.Components, Seed: p.Seed, Dtype: p.Dtype})
	}
	return flows.NewCoupling(d, flows.CouplingConfig{Blocks: p.Blocks, Components: p.Components, Hidden: p.Hidden, Seed: p.Seed, Dtype: p.Dtype})
}

// warmStartConfig is a quick warm start: training goes on from it, so its mixtures need not be the best ones.
func (p plan) warmStartConfig() initializers.IGConfig {
	return initializers.IGConfig{Seed: p.Seed, Mixture: initializers.MixtureConfig{Starts: 1, MaxSteps: 40, Tol: 1e-4}}
}

// compileConfig is AdamW under a cosine with clipped gradients and averaged weights. Only kernels decay: without them
// a coupling flow is the diagonal one, which is what there is to shrink to.
func (p plan) compileConfig() train.Config {
	return train.Config{
		Optimizer: train.AdamW{Adam: train.Adam{LearningRate: p.LearningRate}, WeightDecay: p.decay, Suffix: ".kernel"},
		Schedule:  train.Cosine{Peak: p.LearningRate, Floor: 0.01 * p.LearningRate, WarmupSteps: 50, DecaySteps: p.Epochs * p.epochSteps()},
		Clip:      train.Clip{GlobalNorm: 5},
		EMA:       0.99,
	}
}
