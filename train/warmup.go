package train

// A WarmStarted model may start from parameters that are already good. Adam's first steps move every number by the full
// learning rate, however small or noisy its gradient. That would undo the good start, so the rate has to begin low.
type WarmStarted interface {
	// WarmupRows is the number of trained rows over which the learning rate is to rise if Config has no Schedule; 0 for no rise.
	// A resumed fit keeps the number that it began with.
	WarmupRows() int
}

// Warmup is the rise of the learning rate from a warm start: the rate is multiplied by p², where p is the share of Rows trained
// on so far, including the current step's.
//
// Near an optimum gradients are mostly noise. Steps that divide them by their size lose in proportion to the rate, the number of
// parameters and 1/√batch (Mandt, Hoffman & Blei 2017, arXiv:1704.04289), while they gain in proportion to the rate times the
// number of steps; so the first steps should lose little. Rows are counted, not steps, since small batches are noisier and bring
// more steps for the same rows (the linear scaling of Goyal et al. 2017, arXiv:1706.02677). A batch of more than 512 rows counts
// as 512, because otherwise a few large batches would end the rise.
type Warmup struct {
	Rows int `json:"rows"` // over which the rate rises; 0: it does not
	Done int `json:"done"` // how many of Rows have been trained on
}

// after is the warm-up after another batch.
func (w Warmup) after(batch int) Warmup {
	w.Done = min(w.Done+min(batch, defaultBatch), w.Rows)
	return w
}

// share is the factor of the learning rate for the last step counted in w.
func (w Warmup) share() float64 {
	if w.Rows == 0 {
		return 1
	}
	p := float64(w.Done) / float64(w.Rows)
	return p * p
}

func (w Warmup) valid() bool { return w.Done >= 0 && w.Rows >= w.Done }
