package train

import (
	"encoding/json"
	"math"
)

// History is the record of a fit, one entry an epoch.
type History struct {
	Epoch        []int     // from 0
	Loss         []float64 // mean over the epoch's rows, each with the parameters of its step
	ValLoss      []float64 // after the epoch; NaN for one without validation (FitConfig.ValidationFreq); empty without validation data
	LearningRate []float64 // of the epoch's last step
	Seconds      []float64 // wall clock
	BestEpoch    int       // set by EarlyStopping; Start: none was better than what the fit started from
	// Metrics are the figures that callbacks have reported, by name, with one number an epoch; NaN if there was none. See
	// State.Report.
	Metrics map[string][]float64
	// Unverified reports that the fit was resumed from a checkpoint without a checksum, as early versions wrote them. Such a
	// file cannot show that its numbers are those that were kept.
	Unverified bool
}

// Start takes the place of an epoch's number for the parameters that a fit starts from.
const Start = -1

// add adds an epoch's figures. validated says whether the fit validates at all; it may have left out this epoch.
func (h *History) add(epoch int, l Logs, validated bool) {
	h.Epoch = append(h.Epoch, epoch)
	h.Loss = append(h.Loss, l.Loss)
	switch {
	case l.HasVal:
		h.ValLoss = append(h.ValLoss, l.ValLoss)
	case validated:
		h.ValLoss = append(h.ValLoss, math.NaN())
	}
	h.LearningRate = append(h.LearningRate, l.LearningRate)
	h.Seconds = append(h.Seconds, l.Seconds)
	for name, values := range h.Metrics {
		h.Metrics[name] = append(values, math.NaN())
	}
}

// report adds a figure to the last entry.
func (h *History) report(name string, value float64) {
	if h.Metrics == nil {
		h.Metrics = map[string][]float64{}
	}
	values := h.Metrics[name]
	for len(values) < len(h.Epoch) {
		values = append(values, math.NaN())
	}
	values[len(h.Epoch)-1] = value
	h.Metrics[name] = values
}

// logs are the figures of entry i.
func (h *History) logs(i int) Logs {
	if i >= min(len(h.Loss), len(h.LearningRate), len(h.Seconds)) { // can happen if a caller has filled h
		return Logs{}
	}
	l := Logs{Loss: h.Loss[i], LearningRate: h.LearningRate[i], Seconds: h.Seconds[i]}
	if len(h.ValLoss) == len(h.Loss) {
		l.ValLoss, l.HasVal = h.ValLoss[i], !math.IsNaN(h.ValLoss[i])
	}
	for name, values := range h.Metrics {
		if i < len(values) && !math.IsNaN(values[i]) {
			if l.Metrics == nil {
				l.Metrics = map[string]float64{}
			}
			l.Metrics[name] = values[i]
		}
	}
	return l
}

// historyJSON is the JSON form of a History, in which a loss may be NaN.
type historyJSON struct {
	Epoch        []int               `json:"epoch"`
	Loss         []number            `json:"loss"`
	ValLoss      []number            `json:"val_loss,omitempty"`
	LearningRate []number            `json:"learning_rate"`
	Seconds      []number            `json:"seconds"`
	BestEpoch    int                 `json:"best_epoch,omitempty"`
	Metrics      map[string][]number `json:"metrics,omitempty"`
	Unverified   bool                `json:"unverified,omitempty"`
}

// MarshalJSON writes numbers that read back bit for bit; those that are not finite become "NaN", "+Inf", "-Inf".
func (h History) MarshalJSON() ([]byte, error) {
	return json.Marshal(historyJSON{h.Epoch, numbers(h.Loss), numbers(h.ValLoss), numbers(h.LearningRate), numbers(h.Seconds), h.BestEpoch,
		eachMetric(h.Metrics, numbers), h.Unverified})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *History) UnmarshalJSON(raw []byte) error {
	var j historyJSON
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*h = History{j.Epoch, floats(j.Loss), floats(j.ValLoss), floats(j.LearningRate), floats(j.Seconds), j.BestEpoch,
		eachMetric(j.Metrics, floats), j.Unverified}
	return nil
}

func eachMetric[A, B any](metrics map[string][]A, as func([]A) []B) map[string][]B {
	if metrics == nil {
		return nil
	}
	all := map[string][]B{}
	for name, values := range metrics {
		all[name] = as(values)
	}
	return all
}
