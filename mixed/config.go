package mixed

import (
	"errors"
	"fmt"
	"math"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/train"
)

// None stands for zero in the fields whose comment offers it, where a plain zero stands for the default.
const None = defaults.None

// Config configures Fit. The zero value chooses everything by the number of rows and columns; a field that is set overrides it.
type Config struct {
	Hidden     []int `json:"hidden,omitempty"`     // widths of the network's layers, an odd number of equal ones; default three, of 32 to 192 by rows
	Components int   `json:"components,omitempty"` // K of the mixture of each number, default 8
	// Background is the weight of a column's own marginal in the conditional distribution of a number, so that a wild cell is
	// unlikely but not impossible; default 1/(10·training rows), at most 0.001; None: none.
	Background float64 `json:"background,omitempty"`

	// Waves lets the network read waves of numbers beside their values, which finds what jumps from place to place: a value that depends on
	// latitude and longitude, say. From smooth or noisy dependence it learns more of what was there by chance; default false.
	Waves bool `json:"waves,omitempty"`

	Epochs       int     `json:"epochs,omitempty"`        // the most epochs, default by rows; an epoch has at least 2000 rows, for which small tables are repeated
	BatchSize    int     `json:"batch_size,omitempty"`    // default 128
	LearningRate float64 `json:"learning_rate,omitempty"` // the peak of a cosine, default 5e-3
	Patience     int     `json:"patience,omitempty"`      // epochs without a better validation loss after which the fit ends; default a third of Epochs, at least 15
	WeightDecay  float64 `json:"weight_decay,omitempty"`  // for the network's kernels, see train.AdamW; default by rows; None: no decay
	// ValidationShare is the share of the rows, drawn with Seed, that choose the best epoch; default 0.1, with fewer
	// than 1000 rows 0.2.
	ValidationShare float64 `json:"validation_share,omitempty"`

	Seed    uint64      `json:"seed,omitempty"`    // default 0
	Workers int         `json:"workers,omitempty"` // default all processors; the last digits of the result depend on it
	Dtype   graph.Dtype `json:"dtype,omitempty"`   // for training, default float32; the network is evaluated in float64

	Callbacks  []train.Callback `json:"-"`
	Checkpoint train.Checkpoint `json:"-"` // keeps the fit in a file, so that a fit that was killed can be resumed
}

// Limits of what can be asked for by mistake.
const (
	mostWidth      = 1 << 14
	mostLayers     = 1 << 6
	mostComponents = 1 << 10
	mostWorkers    = 1 << 12
)

// Validate reports fields out of range.
func (c Config) Validate() error {
	return errors.Join(
		within("Components", c.Components, mostComponents), within("Epochs", c.Epochs, math.MaxInt),
		within("BatchSize", c.BatchSize, math.MaxInt), within("Patience", c.Patience, math.MaxInt),
		within("Workers", c.Workers, mostWorkers), c.validateHidden(), c.validateShares(), c.Dtype.Validate(),
	)
}

func (c Config) validateShares() error {
	switch {
	case !(c.LearningRate >= 0) || math.IsInf(c.LearningRate, 0):
		return configError("LearningRate", c.LearningRate, "a positive number (0: the default)")
	case !(c.ValidationShare >= 0 && c.ValidationShare < 1):
		return configError("ValidationShare", c.ValidationShare, "more than 0 and less than 1 (0: the default)")
	case !(c.Background < 1): // also NaN
		return configError("Background", c.Background, "0 or more and less than 1 (0: the default) or None")
	case math.IsInf(c.WeightDecay, 0):
		return configError("WeightDecay", c.WeightDecay, "a finite number (0: the default) or None")
	}
	return errors.Join(defaults.CheckNone("mixed: Config", "WeightDecay", c.WeightDecay), defaults.CheckNone("mixed: Config", "Background", c.Background))
}

func (c Config) validateHidden() error {
	if len(c.Hidden) > mostLayers || c.Hidden != nil && len(c.Hidden)%2 == 0 {
		return configError("Hidden", fmt.Sprintf("%d layers", len(c.Hidden)), fmt.Sprintf("an odd number of them, at most %d", mostLayers))
	}
	for i, width := range c.Hidden {
		if width < 1 || width > mostWidth || width != c.Hidden[0] {
			return configError(fmt.Sprintf("Hidden[%d]", i), width, fmt.Sprintf("1 to %d, the same in all layers", mostWidth))
		}
	}
	return nil
}

func within(field string, got, most int) error {
	switch {
	case got < 0:
		return configError(field, got, "≥ 1 (0: the default)")
	case got > most:
		return configError(field, got, fmt.Sprintf("at most %d", most))
	}
	return nil
}

func configError(field string, got any, want string) error {
	return fmt.Errorf("mixed: Config: %s = %v, want %s", field, got, want)
}

// withDefaults fills in what depends on the number of training rows.
func (c Config) withDefaults(rows int) Config {
	if c.Hidden == nil {
		width := 16 * min(max(int(math.Sqrt(float64(rows))/6), 3), 10)
		c.Hidden = []int{width, width, width}
	}
	c.Components = defaults.Or(c.Components, 8)
	c.Background = defaults.Or(c.Background, min(0.1/float64(rows), 1e-3))
	c.BatchSize = defaults.Or(c.BatchSize, 128)
	c.Epochs = defaults.Or(c.Epochs, min(max(800_000/max(rows, leastEpoch), 20), 150))
	c.LearningRate = defaults.Or(c.LearningRate, 5e-3)
	c.Patience = defaults.Or(c.Patience, max(c.Epochs/3, 15))
	c.WeightDecay = defaults.OrNone(c.WeightDecay, min(0.5, 300/float64(rows)))
	if c.ValidationShare == 0 {
		c.ValidationShare = 0.1
		if rows < 1000 {
			c.ValidationShare = 0.2
		}
	}
	c.Dtype = graph.Dtype(defaults.Or(string(c.Dtype), string(graph.Float32)))
	return c
}
