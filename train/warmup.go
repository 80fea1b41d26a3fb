package train

// A WarmStarted model may be at a good place already. Adam's first steps are as long as the rate in every number, however small
// or noisy its gradient: they throw a model off such a place, unless the rate begins low.
type WarmStarted interface {
	// WarmupRows is over how many rows trained on the learning rate is to rise where Config has no Schedule; 0: not at all. A fit
	// that is resumed keeps those that it began with.
	WarmupRows() int
}

// Warmup is the rise of the learning rate from a warm start: p² of it, p the share of Rows trained on, the step's own included.
//
// Near an optimum gradients are noise, and steps that divide them by their size lose in proportion to the rate, the number of
// parameters and 1/√batch (Mandt, Hoffman & Blei 2017, arXiv:1704.04289), while what they gain is the rate times the steps taken:
// first little is to be lost. Rows are counted, not steps, since small batches are noisier and bring more steps for the same rows
// (the linear scaling of Goyal et al. 2017, arXiv:1706.02677). A batch of more than 512 rows counts as 512, or a few large ones
// would end the rise.
type Warmup struct {
	Rows int `json:"rows"` // over which the rate rises; 0: it does not
	Done int `json:"done"` // of them trained on
}

// after is the warm-up when a batch more has been trained on.
func (w Warmup) after(batch int) Warmup {
	w.Done = min(w.Done+min(batch, defaultBatch), w.Rows)
	return w
}

// share is that of the learning rate in the step that comes last in w.
func (w Warmup) share() float64 {
	if w.Rows == 0 {
		return 1
	}
	p := float64(w.Done) / float64(w.Rows)
	return p * p
}

func (w Warmup) valid() bool { return w.Done >= 0 && w.Rows >= w.Done }
