package train

// History is what Fit saw, one entry an epoch.
type History struct {
	Epoch        []int     `json:"epoch"`                // from 0
	Loss         []float64 `json:"loss"`                 // mean over the epoch's rows, with the parameters of the moment
	ValLoss      []float64 `json:"val_loss,omitempty"`   // after the epoch; empty without validation data
	LearningRate []float64 `json:"learning_rate"`        // of the epoch's last step
	Seconds      []float64 `json:"seconds"`              // wall clock
	BestEpoch    int       `json:"best_epoch,omitempty"` // set by EarlyStopping
}

func (h *History) add(epoch int, l Logs) {
	h.Epoch = append(h.Epoch, epoch)
	h.Loss = append(h.Loss, l.Loss)
	if l.HasVal {
		h.ValLoss = append(h.ValLoss, l.ValLoss)
	}
	h.LearningRate = append(h.LearningRate, l.LearningRate)
	h.Seconds = append(h.Seconds, l.Seconds)
}
