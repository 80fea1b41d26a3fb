package flows

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"gaussflow/train"
)

// Version is the library's, as model files record it.
const Version = "0.1.0"

// Metadata is what is known about a flow beside its layers. It is saved with the flow and affects no computation.
type Metadata struct {
	Columns  []string    `json:"columns,omitempty"`  // the names of the d columns, in order, and after them those of the context
	Seed     uint64      `json:"seed,omitempty"`     // the seed that the flow was made with
	Training *FitSummary `json:"training,omitempty"` // of the last Fit, which sets it
	// Extra is for other programs: what they store under a name of their own is returned unchanged, byte for byte
	// except for spaces.
	Extra map[string]json.RawMessage `json:"extra,omitempty"`
}

// A FitSummary summarizes a Fit.
type FitSummary struct {
	Rows            int            `json:"rows"`                       // given to Fit, including those that ValidationSplit holds out; 0 for a source that was not read to its end
	ValidationSplit float64        `json:"validation_split,omitempty"` // the share of them that was held out
	BatchSize       int            `json:"batch_size,omitempty"`       // 0: the default
	Seed            uint64         `json:"seed,omitempty"`             // of the shuffles
	Kernels         string         `json:"kernels,omitempty"`          // the instruction set that was used; see kernel.Set
	History         *train.History `json:"history"`
}

func (f Metadata) validate(dim int) error {
	if n := len(f.Columns); n != 0 && n != dim {
		return fmt.Errorf("flows: Metadata: got %d column names, want %d or none", n, dim)
	}
	for _, c := range f.Columns {
		if !utf8.ValidString(c) {
			return &ColumnNameError{c}
		}
	}
	if f.Training != nil && f.Training.History != nil {
		h := f.Training.History
		if n := len(h.Epoch); len(h.Loss) != n || len(h.LearningRate) != n || len(h.Seconds) != n || len(h.ValLoss) > n {
			return fmt.Errorf("flows: Metadata: the history has %d epochs, %d losses, %d validation losses, %d learning rates and %d times, want one an epoch of each",
				n, len(h.Loss), len(h.ValLoss), len(h.LearningRate), len(h.Seconds))
		}
	}
	return nil
}
