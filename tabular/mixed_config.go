package tabular

import (
	"fmt"

	"gaussflow/mixed"
)

// Epochs of an any-order density for each preset; Default leaves the choice to package mixed.
const (
	fastEpochs = 20
	bestEpochs = 300
)

// mixed is the configuration of an any-order density; setting a field that such a density does not have is an error.
func (c Config) mixed() (mixed.Config, error) {
	const only = "nothing: the density of a table with categories or missing cells, any-order, has no such setting"
	switch {
	case c.Family != "" && c.Family != AnyOrder:
		return mixed.Config{}, configError("Family", string(c.Family), "any-order")
	case c.Blocks != 0:
		return mixed.Config{}, configError("Blocks", c.Blocks, only)
	case c.Dequantize != "" && c.Dequantize != DequantizeGrids:
		return mixed.Config{}, configError("Dequantize", string(c.Dequantize), only)
	case c.Noise != 0:
		return mixed.Config{}, configError("Noise", c.Noise, only)
	case c.Validation != nil:
		return mixed.Config{}, configError("Validation", "rows", only)
	}
	m := mixed.Config{
		Hidden: c.Hidden, Components: c.Components, Epochs: c.Epochs, BatchSize: c.BatchSize, LearningRate: c.LearningRate, Patience: c.Patience,
		ValidationShare: c.ValidationShare, Seed: c.Seed, Workers: c.Workers, Dtype: c.Dtype, Callbacks: c.Callbacks, Checkpoint: c.Checkpoint,
	}
	if m.Epochs == 0 {
		m.Epochs = map[Preset]int{Fast: fastEpochs, Best: bestEpochs}[c.Preset]
	}
	if err := m.Validate(); err != nil {
		return m, configError("Hidden", fmt.Sprint(c.Hidden), "an odd number of equal widths, as 64,64,64")
	}
	return m, nil
}
