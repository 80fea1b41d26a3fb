package tabular

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/train"
)

// A Preset says how much time a fit may take.
type Preset string

// The presets; the empty one is Default.
const (
	Fast    Preset = "fast"    // about a fifth of the default's time
	Default Preset = "default" // at most 600,000 row-steps (epochs times rows an epoch), whatever the table
	Best    Preset = "best"    // about five times the default's time, wider conditioners
)

// A Family is the kind of density.
type Family string

// The families. Empty stands for Aligned if there are 20 rows a column or more, for Rotated if there are fewer, and for
// Diagonal if there is one column. The model is Gaussian instead if there are fewer than two rows a column, or if the flow's
// log p on the validation rows is not better by at least a standard error of the difference.
const (
	Aligned  Family = "aligned"  // couplings between the table's own columns, by binary masks: see newAligned
	Rotated  Family = "rotated"  // couplings between principal axes: flows.NewCoupling
	Diagonal Family = "diagonal" // rotations and maps of single coordinates: flows.NewGaussianization
	Gaussian Family = "gaussian" // one Gaussian with a shrinkage estimate of the covariance, which exists for any number of rows
	// AnyOrder is no flow but a density of each column given any others, which allows categories and missing cells; see mixed.Fit.
	// It is fitted by FitTable.
	AnyOrder Family = "any-order"
)

// Dequantize says which columns get uniform noise, as wide as the step between their values, while the flow is fitted.
type Dequantize string

// The choices. Empty stands for DequantizeGrids.
const (
	DequantizeGrids Dequantize = "grids" // tied columns whose values lie on a grid
	DequantizeNone  Dequantize = "none"
)

// None stands for zero in the fields whose comment offers it, as Config.Noise, where a plain zero stands for the
// default.
const None = defaults.None

// Config configures Fit. The zero value is the default preset, which chooses everything by the number of rows and
// columns; a field that is set overrides it.
type Config struct {
	Preset     Preset `json:"preset,omitempty"`     // default Default
	Family     Family `json:"family,omitempty"`     // default by rows and columns, see Family
	Blocks     int    `json:"blocks,omitempty"`     // each of two couplings or one marginal layer; default by family and columns
	Components int    `json:"components,omitempty"` // K of each mixture, default by family and rows
	Hidden     []int  `json:"hidden,omitempty"`     // widths of the conditioners, default the preset's

	Epochs       int     `json:"epochs,omitempty"`        // the most epochs, default the preset's; an epoch has at least 2000 rows, for which small tables are repeated
	BatchSize    int     `json:"batch_size,omitempty"`    // default 256; an epoch with fewer rows is one batch
	LearningRate float64 `json:"learning_rate,omitempty"` // the peak of a cosine, default 3e-3
	Patience     int     `json:"patience,omitempty"`      // epochs without a better validation loss after which the fit ends; default a sixth of Epochs, at least 10
	// ValidationShare is the share of the rows, drawn with Seed, that choose the best epoch; default 0.1. If Validation is
	// set, it is used instead.
	ValidationShare float64    `json:"validation_share,omitempty"`
	Validation      mat.Matrix `json:"-"`

	Seed       uint64      `json:"seed,omitempty"`       // default 0
	Workers    int         `json:"workers,omitempty"`    // default all processors; the last digits of the result depend on it
	Dtype      graph.Dtype `json:"dtype,omitempty"`      // default float32, or float64 if a column's offset needs it
	Dequantize Dequantize  `json:"dequantize,omitempty"` // default DequantizeGrids
	// Noise is the standard deviation of the Gaussian noise that is added to the rows in training, in standard deviations of
	// each column; default by rows and columns, at most 0.05; None: no noise.
	Noise float64 `json:"noise,omitempty"`
	// DropConstant leaves constant columns out of the flow; without it they are an error.
	DropConstant bool `json:"drop_constant,omitempty"`

	Callbacks []train.Callback `json:"-"`
	// Checkpoint keeps the fit in a file, so that a fit that was killed can be resumed. By default it is written about fifty
	// times.
	Checkpoint train.Checkpoint `json:"-"`
}

// Validate reports fields out of range.
func (c Config) Validate() error {
	return errors.Join(
		choice("Preset", c.Preset, Fast, Default, Best),
		choice("Family", c.Family, Aligned, Rotated, Diagonal, Gaussian, AnyOrder),
		choice("Dequantize", c.Dequantize, DequantizeGrids, DequantizeNone),
		within("Blocks", c.Blocks, maxSize), within("Components", c.Components, maxComponents), within("Epochs", c.Epochs, math.MaxInt),
		within("BatchSize", c.BatchSize, math.MaxInt), within("Patience", c.Patience, math.MaxInt), within("Workers", c.Workers, maxWorkers),
		c.validateHidden(), c.validateShares(), c.Dtype.Validate(),
	)
}

func (c Config) validateShares() error {
	switch {
	case !(c.LearningRate >= 0) || math.IsInf(c.LearningRate, 0):
		return configError("LearningRate", c.LearningRate, "a positive number (0: the default)")
	case !(c.ValidationShare >= 0 && c.ValidationShare < 1):
		return configError("ValidationShare", c.ValidationShare, "more than 0 and less than 1 (0: the default, a tenth)")
	case c.Noise != None && !(c.Noise >= 0 && c.Noise < 1): // also NaN
		return configError("Noise", c.Noise, "more than 0 and less than 1 standard deviation (0: the default) or None")
	}
	return nil
}

func choice[S ~string](field string, got S, want ...S) error {
	if got == "" || slices.Contains(want, got) {
		return nil
	}
	return configError(field, strconv.Quote(string(got)), fmt.Sprintf("one of %q", want))
}

// maxSize and maxWorkers limit what can be asked for by mistake; maxNumbers limits all sizes together, as the count of the flow's
// parameters.
const (
	maxSize       = 1 << 16
	maxComponents = 1 << 10
	maxWorkers    = 1 << 12
	maxNumbers    = 1 << 27
)

func within(field string, got, most int) error {
	switch {
	case got < 0:
		return configError(field, got, "≥ 1 (0: the default)")
	case got > most:
		return configError(field, got, fmt.Sprintf("at most %d", most))
	}
	return nil
}

func (c Config) validateHidden() error {
	if len(c.Hidden) > maxSize {
		return configError("Hidden", fmt.Sprintf("%d layers", len(c.Hidden)), fmt.Sprintf("at most %d", maxSize))
	}
	for i, width := range c.Hidden {
		if width < 1 || width > maxSize {
			return configError(fmt.Sprintf("Hidden[%d]", i), width, fmt.Sprintf("1 to %d", maxSize))
		}
	}
	return nil
}
