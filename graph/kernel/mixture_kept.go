package kernel

import "math"

// What Forward keeps for Backward has the length of theta and, row for row, its place. A pass that fills its vectors keeps
// its mixtures as prepare left them, laid out in blocks: weights, then means, then clamped log scales. Any other keeps its
// part of theta.
//
// A weight too small for a T is kept as its logarithm, which is below 0: for the far tails, where it may matter. As a T it is off by
// ε times itself, and the weight by as much of itself.

// whole reports whether a pass keeps blocks.
func (b *MixtureBatch[T]) whole(p *mixturePass) bool {
	return b.perRow && p.way != along && p.full == b.ops.lanes && p.last == b.ops.lanes
}

// place chooses the memory that a pass over rows has its prepared mixtures in (b.p): a place in kept, where Backward finds them again
// without preparing them a second time, if the pass fills its vectors; else the batch's own.
func (b *MixtureBatch[T]) place(p *mixturePass, kept []T) {
	b.p = b.own.prepared
	if kept == nil || !b.whole(p) {
		return
	}
	n := p.groups * b.k * b.ops.lanes
	at := 3 * b.k * (p.first/b.d*b.d + p.first%b.d*b.ops.lanes)
	b.p.w, b.p.mu, b.p.y = kept[at:at+n], kept[at+n:at+2*n], kept[at+2*n:at+3*n]
}

// keep completes what Backward will find of the pass.
func (b *MixtureBatch[T]) keep(p *mixturePass, theta, kept []T, faint bool) {
	switch {
	case !b.perRow || kept == nil:
	case !b.whole(p):
		b.keepTheta(p, theta, kept)
	case faint:
		b.keepFaint(p)
	}
}

func (b *MixtureBatch[T]) keepTheta(p *mixturePass, theta, kept []T) {
	for g := range p.groups {
		for lane := range p.lanesOf(g) {
			at, third := b.thirds(p.element(g, lane))
			for range 3 {
				copy(kept[at:at+b.k], theta[at:])
				at += third
			}
		}
	}
}

// keepFaint replaces weights that may have underflowed by their logarithms.
func (b *MixtureBatch[T]) keepFaint(p *mixturePass) {
	lanes := b.ops.lanes
	least := math.Exp(-float64(faint[T]()))
	logits := b.farTheta[0]
	for i := range p.groups * lanes {
		first := i/lanes*b.k*lanes + i%lanes
		for k := range logits {
			logits[k] = float64(b.p.logits[first+k*lanes])
		}
		total := LogSumExp(logits)
		for k, logit := range logits {
			if w := &b.p.w[first+k*lanes]; float64(*w) < least {
				*w = T(logit - total)
			}
		}
	}
}

// loadKept loads the kept mixture of one element for the log form.
func (b *MixtureBatch[T]) loadKept(g, lane int) {
	lanes := b.ops.lanes
	first := g*b.k*lanes + lane
	block := func(of []T, k int) float64 { return float64(of[first+k*lanes]) }
	for k := range b.k {
		w := block(b.p.w, k)
		if w > 0 {
			w = math.Log(w)
		}
		b.farTheta[0][k], b.farTheta[1][k], b.farTheta[2][k] = w, block(b.p.mu, k), block(b.p.y, k)
	}
	SetMixture(b.far, b.farTheta[0], b.farTheta[1], b.farTheta[2])
}
