package tabular

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/train"
)

// Preset is how much a fit spends.
type Preset string

// The presets; the empty one is Default.
const (
	Fast    Preset = "fast"    // about a fifth of the default's time
	Default Preset = "default" // 600,000 row-steps at most, whatever the table
	Best    Preset = "best"    // about five times the default's time, wider conditioners
)

// Family is the kind of flow.
type Family string

// The families. The empty one is Aligned where there are 20 rows a column or more, Rotated where there are fewer, and
// Diagonal for one column.
const (
	Aligned  Family = "aligned"  // couplings between the table's own columns, by binary masks: see newAligned
	Rotated  Family = "rotated"  // couplings between principal axes: flows.NewCoupling
	Diagonal Family = "diagonal" // no conditioners: flows.NewGaussianization
)

// Dequantize says which columns get uniform noise of one quantum while the flow is fitted.
type Dequantize string

// The choices; the empty one is DequantizeGrids.
const (
	DequantizeGrids Dequantize = "grids" // tied columns whose values lie on a grid
	DequantizeNone  Dequantize = "none"
)

// Config configures Fit. The zero value is the default preset, which decides everything from the number of rows and
// columns; a field that is set overrides it.
type Config struct {
	Preset     Preset `json:"preset,omitempty"`
	Family     Family `json:"family,omitempty"`
	Blocks     int    `json:"blocks,omitempty"`     // of two couplings, or one marginal layer, each
	Components int    `json:"components,omitempty"` // K of each mixture
	Hidden     []int  `json:"hidden,omitempty"`     // widths of the conditioners

	Epochs       int     `json:"epochs,omitempty"` // at most; an epoch is at least 2000 rows, small tables several times over
	BatchSize    int     `json:"batch_size,omitempty"`
	LearningRate float64 `json:"learning_rate,omitempty"` // the peak of a cosine
	Patience     int     `json:"patience,omitempty"`      // epochs without a better validation loss before the fit ends
	// ValidationShare of the rows, drawn by Seed, chooses the epoch; 0.1. Validation, if it is set, is used instead.
	ValidationShare float64    `json:"validation_share,omitempty"`
	Validation      mat.Matrix `json:"-"`

	Seed       uint64      `json:"seed,omitempty"`
	Workers    int         `json:"workers,omitempty"` // all processors; the result depends on it in the last digits
	Dtype      graph.Dtype `json:"dtype,omitempty"`   // float32, or float64 where a column's offset needs it
	Dequantize Dequantize  `json:"dequantize,omitempty"`
	// Noise is the standard deviation of the Gaussian noise of the fit, in standard deviations of each column;
	// negative: none.
	Noise float64 `json:"noise,omitempty"`
	// DropConstant leaves constant columns out of the flow; without it they are an error.
	DropConstant bool `json:"drop_constant,omitempty"`

	Verbosity train.Verbosity  `json:"-"`
	Callbacks []train.Callback `json:"-"`
	// Checkpoint keeps the fit in a file, about fifty times on its way unless Every says otherwise, so that one that was
	// killed can go on.
	Checkpoint train.Checkpoint `json:"-"`
}

// Validate reports fields out of range.
func (c Config) Validate() error {
	return errors.Join(
		choice("Preset", c.Preset, Fast, Default, Best),
		choice("Family", c.Family, Aligned, Rotated, Diagonal),
		choice("Dequantize", c.Dequantize, DequantizeGrids, DequantizeNone),
		least("Blocks", c.Blocks), least("Components", c.Components), least("Epochs", c.Epochs),
		least("BatchSize", c.BatchSize), least("Patience", c.Patience), least("Workers", c.Workers),
		c.validateShares(), c.Dtype.Validate(),
	)
}

func (c Config) validateShares() error {
	switch {
	case !(c.LearningRate >= 0):
		return fmt.Errorf("tabular: Config: LearningRate = %g, want ≥ 0 (0: the preset's)", c.LearningRate)
	case !(c.ValidationShare >= 0 && c.ValidationShare < 1):
		return fmt.Errorf("tabular: Config: ValidationShare = %g, want 0 ≤ ValidationShare < 1 (0: a tenth)", c.ValidationShare)
	case !(c.Noise < 1): // also NaN
		return fmt.Errorf("tabular: Config: Noise = %g, want < 1 standard deviation (0: the preset's, negative: none)", c.Noise)
	}
	return nil
}

func choice[S ~string](field string, got S, want ...S) error {
	if got == "" || slices.Contains(want, got) {
		return nil
	}
	return fmt.Errorf("tabular: Config: %s = %q, want one of %q", field, got, want)
}

func least(field string, got int) error {
	if got >= 0 {
		return nil
	}
	return fmt.Errorf("tabular: Config: %s = %d, want ≥ 0 (0: the preset's)", field, got)
}
