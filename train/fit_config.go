package train

import (
	"errors"
	"fmt"
	"runtime"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// FitConfig holds the arguments of Keras's fit. The zero value is one epoch in batches of up to 512 rows on all
// processors.
type FitConfig struct {
	Epochs       int // the last epoch is Epochs−1; default InitialEpoch+1
	InitialEpoch int // default 0
	// BatchSize is the number of rows of a step, default 512. The last batch of an epoch may be smaller, and a table of
	// fewer rows is one batch.
	BatchSize int
	Seed      uint64 // for the shuffles; default 0
	NoShuffle bool
	// ShuffleRows is the size of the window in which FitSource shuffles, default 65,536 rows, or as many as take 64 MiB
	// if that is fewer; see FitSource. Fit shuffles all rows.
	ShuffleRows int
	// ValidationSplit is the share of the rows, the last ones, that is held out before shuffling; default 0: no
	// validation. Not for FitSource.
	ValidationSplit   float64
	ValidationData    mat.Matrix  // instead of a split
	ValidationWeights []float64   // weights of the rows of ValidationData; default: all one
	ValidationSource  rows.Source // instead of either; read at the end of every validated epoch
	// ValidationFreq is the number of epochs between validations: an epoch whose number, counted from 1, is a multiple of it is
	// validated, as in Keras. Default 1, every epoch. Without a validation State.Logs has no ValLoss, History.ValLoss a NaN, and
	// callbacks that monitor it wait.
	ValidationFreq int
	// SampleWeights multiply the rows' losses, one a row; the batch loss is Σ w·loss/rows, as in Keras. Default: all one.
	// Not for FitSource.
	SampleWeights []float64
	// Workers is the number of shards that a batch is cut into, which are computed in parallel; default all processors. A
	// batch of fewer rows has one shard for each row. The last digits of the history depend on it.
	Workers    int
	Callbacks  []Callback
	Checkpoint Checkpoint
}

// maxWorkers limits what can be asked for by mistake.
const maxWorkers = 1 << 12

// defaultBatch is the default of FitConfig.BatchSize.
const defaultBatch = 512

func (c FitConfig) withDefaults() FitConfig {
	c.Epochs = defaults.Or(c.Epochs, c.InitialEpoch+1)
	c.BatchSize = defaults.Or(c.BatchSize, defaultBatch)
	c.ValidationFreq = defaults.Or(c.ValidationFreq, 1)
	c.Workers = defaults.Or(c.Workers, runtime.GOMAXPROCS(0))
	return c
}

// withSourceDefaults is withDefaults for a source of dim columns, whose number of rows is unknown.
func (c FitConfig) withSourceDefaults(dim int) FitConfig {
	const most = 64 << 20 // bytes
	c = c.withDefaults()
	c.ShuffleRows = defaults.Or(c.ShuffleRows, max(1, min(1<<16, most/(8*dim))))
	if c.NoShuffle {
		c.ShuffleRows = 0
	}
	return c
}

func (c FitConfig) validate(op string) error {
	c = c.withDefaults()
	validations := 0
	for _, given := range []bool{c.ValidationSplit > 0, c.ValidationData != nil, c.ValidationSource != nil} {
		if given {
			validations++
		}
	}
	switch {
	case c.Epochs < 1 || c.InitialEpoch < 0 || c.InitialEpoch >= c.Epochs:
		return fmt.Errorf("%s: epochs %d to %d, want 0 ≤ InitialEpoch < Epochs", op, c.InitialEpoch, c.Epochs)
	case !(c.ValidationSplit >= 0 && c.ValidationSplit < 1):
		return fmt.Errorf("%s: ValidationSplit = %g, want 0 ≤ ValidationSplit < 1", op, c.ValidationSplit)
	case validations > 1:
		return fmt.Errorf("%s: got more than one of ValidationSplit, ValidationData and ValidationSource, want one", op)
	case c.BatchSize < 0:
		return fmt.Errorf("%s: BatchSize = %d, want ≥ 1 (0: the default, %d)", op, c.BatchSize, defaultBatch)
	case c.ValidationFreq < 0:
		return fmt.Errorf("%s: ValidationFreq = %d, want ≥ 1 (0: the default, 1)", op, c.ValidationFreq)
	case c.ShuffleRows < 0:
		return fmt.Errorf("%s: ShuffleRows = %d, want ≥ 1 (0: the default)", op, c.ShuffleRows)
	case c.Workers < 0 || c.Workers > maxWorkers:
		return fmt.Errorf("%s: Workers = %d, want 1 to %d (0: the default, all processors)", op, c.Workers, maxWorkers)
	}
	for i, callback := range c.Callbacks {
		if defaults.IsNil(callback) {
			return fmt.Errorf("%s: callback %d (from 0) is %s, want one", op, i, nilOf(callback))
		}
	}
	return c.Checkpoint.validate(op)
}

// validateSource is validate for a source. It also refuses what needs the number or order of the rows.
func (c FitConfig) validateSource(op string) error {
	switch {
	case c.ValidationSplit > 0:
		return fmt.Errorf("%s: ValidationSplit = %g, but the last rows of a source are not known before its end: "+
			"want ValidationData or ValidationSource", op, c.ValidationSplit)
	case c.SampleWeights != nil:
		return errors.New(op + ": SampleWeights are not supported for a source")
	}
	return c.validate(op)
}
