package tabular

import (
	"fmt"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/train"
)

// newFlow stacks a standardizer and the family's layers.
func (p settings) newFlow(standardize *layers.Standardize) (*flows.Flow, error) {
	family, err := p.family(standardize.Dim())
	if err != nil {
		return nil, err
	}
	return flows.New(append([]flows.Named{{Name: "standardize", Layer: standardize}}, family...)...)
}

func (p settings) family(d int) ([]flows.Named, error) {
	if p.Family == Aligned {
		return p.newAligned(d)
	}
	var recipe *flows.Flow
	var err error
	if p.Family == Rotated {
		recipe, err = flows.NewCoupling(d, flows.CouplingConfig{Blocks: p.Blocks, Components: p.Components, Hidden: p.Hidden, Seed: p.Seed, Dtype: p.Dtype})
	} else {
		recipe, err = flows.NewGaussianization(d, flows.GaussianizationConfig{Blocks: p.Blocks, Components: p.Components, Seed: p.Seed, Dtype: p.Dtype})
	}
	if err != nil {
		return nil, err
	}
	return recipe.Layers(), nil
}

// newAligned makes couplings between the columns themselves, without rotations. Block i has two couplings: columns
// whose number has the binary digit i (modulo the number of digits) equal to 1 are conditioned on those with a 0, and
// the other way round. Features of a single column, ties above all, then stay in one coordinate. Bijective for d ≥ 2.
func (p settings) newAligned(d int) (named []flows.Named, err error) {
	for i := range p.Blocks {
		mask := binaryMask(d, i)
		for half, m := range []layers.Mask{mask, mask.Not()} {
			c, err := layers.NewMixtureCDFCoupling(d, layers.MixtureCDFCouplingConfig{
				Mask: m, Components: p.Components, Dtype: p.Dtype,
				MLP: layers.MLPConfig{Hidden: p.Hidden, Seed: (p.Seed+1)*1_000_003 + uint64(2*i+half)},
			})
			if err == nil && len(named) == 0 {
				err = p.checkNumbers(c)
			}
			if err != nil {
				return nil, err
			}
			named = append(named, flows.Named{Name: fmt.Sprintf("block%d.coupling_%c", i, 'a'+half), Layer: c})
		}
	}
	return named, nil
}

// checkNumbers refuses a flow of many large blocks once the first coupling of its first block shows how large they are.
func (p settings) checkNumbers(first layers.Bijector) error {
	numbers := 0.0
	for _, param := range first.Params() {
		numbers += 2 * float64(p.Blocks) * float64(param.Size())
	}
	if numbers > maxNumbers {
		got := fmt.Sprintf("%d blocks of hidden widths %v and %d components with about %.2g parameters", p.Blocks, p.Hidden, p.Components, numbers)
		return &graph.SizeError{Op: "tabular: Fit", Got: got, Most: maxNumbers}
	}
	return nil
}

// binaryMask marks the columns whose number has the binary digit i equal to 0; i is taken modulo the number of digits
// that d columns need.
func binaryMask(d, i int) layers.Mask {
	m := make(layers.Mask, d)
	for j := range m {
		m[j] = j>>(i%digits(d))&1 == 0
	}
	return m
}

// warmStartConfig is a quick warm start. Training improves on it, so its mixtures need not be the best ones.
func (p settings) warmStartConfig() initializers.IGConfig {
	return initializers.IGConfig{Seed: p.Seed, Mixture: initializers.MixtureConfig{Starts: 1, Moves: 2, MaxSteps: 40, Tol: 1e-4}}
}

// compileConfig is AdamW with a cosine schedule, clipped gradients and averaged weights. Only kernels decay: with zero
// kernels a coupling flow is the diagonal flow, which is what it should shrink to.
func (p settings) compileConfig() train.Config {
	return train.Config{
		Optimizer: train.AdamW{Adam: train.Adam{LearningRate: p.LearningRate}, WeightDecay: 1, Suffix: ".kernel"},
		Schedule:  train.Cosine{Peak: p.LearningRate, Floor: 0.01 * p.LearningRate, WarmupSteps: 50, DecaySteps: p.Epochs * p.epochSteps()},
		Clip:      train.Clip{GlobalNorm: 5},
		EMA:       0.99,
	}
}
