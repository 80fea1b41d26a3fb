package train

import "gaussflow/graph"

// A segment is the numbers lo ≤ i < hi of a parameter: what one worker adds up and updates at a time. Segments do not
// depend on the number of workers, and so neither do sums over them.
type segment struct {
	param, lo, hi int
	slots         any // the optimizer's state of these numbers, [][]float64 or [][]float32
}

const (
	segmentSize = 1 << 14
	// alone is the number of parameters up to which other workers cost more than they save.
	alone = 1 << 12
)

// segmentsOf cuts the parameters, with their optimizer state, into segments.
func segmentsOf(params []*graph.Param, slots []any) (segments []segment) {
	for i, p := range params {
		for lo := 0; lo < p.Size(); lo += segmentSize {
			s := segment{param: i, lo: lo, hi: min(lo+segmentSize, p.Size())}
			switch all := slots[i].(type) {
			case [][]float64:
				s.slots = cut(all, s.lo, s.hi)
			case [][]float32:
				s.slots = cut(all, s.lo, s.hi)
			}
			segments = append(segments, s)
		}
	}
	return segments
}

func cut[T any](slots [][]T, lo, hi int) [][]T {
	parts := make([][]T, len(slots))
	for i, s := range slots {
		parts[i] = s[lo:hi]
	}
	return parts
}

// reduce adds the workers' gradients of worker `first`'s segments, in worker order, and takes their squares.
func (t *Trainer) reduce(first int) {
	for i := first; i < len(t.segments); i += t.spreadOver {
		s := t.segments[i]
		g := t.workers[0].grads[s.param]
		for _, w := range t.workers[1:t.shards] {
			g.add(w.grads[s.param], s)
		}
		t.squares[i] = g.square(s)
	}
}

// updateSegments applies the gradients to worker `first`'s segments.
func (t *Trainer) updateSegments(first int) {
	for i := first; i < len(t.segments); i += t.spreadOver {
		s := t.segments[i]
		p := t.params[s.param]
		switch g := t.workers[0].grads[s.param].(type) {
		case vector[float64]:
			data := p.Data().([]float64)[s.lo:s.hi]
			t.config.Optimizer.Update64(p.Name, data, g[s.lo:s.hi], s.slots.([][]float64), t.rate, t.step)
			blend(t.averaged, s, data)
		case vector[float32]:
			data := p.Data().([]float32)[s.lo:s.hi]
			t.config.Optimizer.Update32(p.Name, data, g[s.lo:s.hi], s.slots.([][]float32), t.rate, t.step)
			blend(t.averaged, s, data)
		}
	}
}

// spread has the segments done by all workers, each every n-th of them, or by the caller where there are few.
func (t *Trainer) spread(phase func(first int)) {
	if t.spreadOver = len(t.workers); t.size <= alone {
		t.spreadOver = 1
	}
	t.crew.Do(t.spreadOver, phase)
}

// update applies the last batch's gradients to the parameters, and the parameters to their average, if any.
func (t *Trainer) update(average *ema) {
	t.config.Clip.apply(t.workers[0].grads, t.segments, t.squares)
	t.rate = t.LearningRate()
	t.step++
	t.averaged = average
	average.next()
	t.spread(t.phases.update)
	for _, p := range t.params {
		p.Changed()
	}
}
