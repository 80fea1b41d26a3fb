package train

import "math/rand/v2"

// A window shuffles the rows that pass through it: each row that comes in takes the place of one drawn at random, which
// goes out; after the last one the remaining rows go out in random order. If all rows fit in, the shuffle is exact, and
// equal to that of a memory feed.
type window struct {
	size, dim int
	rng       *rand.Rand
	held      []float64 // rows
	incoming  []float64
	order     []int // order of the remaining rows, once the source has ended
	dealt     int   // rows of order dealt so far
	full      bool
}

// begin empties the window.
func (w *window) begin(rng *rand.Rand) {
	w.rng, w.held, w.order, w.dealt, w.full = rng, w.held[:0], w.order[:0], 0, false
}

func (w *window) row(i int) []float64 { return w.held[i*w.dim : (i+1)*w.dim] }

// draw appends up to the given number of rows to dst, fewer only at the end.
func (w *window) draw(p *pass, dst []float64, rows int) (_ []float64, err error) {
	if !w.full {
		if w.held, err = p.read(w.held, w.size); err != nil {
			return dst, err
		}
		w.full = true
	}
	if !p.ended {
		if w.incoming, err = p.read(w.incoming[:0], rows); err != nil {
			return dst, err
		}
		dst = w.exchange(dst)
		rows -= len(w.incoming) / w.dim
	}
	if p.ended {
		dst = w.deal(dst, rows)
	}
	return dst, nil
}

// exchange puts the incoming rows into the window and appends those that they replace to dst.
func (w *window) exchange(dst []float64) []float64 {
	n := len(w.held) / w.dim
	for in := w.incoming; len(in) > 0; in = in[w.dim:] {
		place := w.row(w.rng.IntN(n))
		dst = append(dst, place...)
		copy(place, in)
	}
	return dst
}

// deal appends up to the given number of the remaining rows to dst.
func (w *window) deal(dst []float64, rows int) []float64 {
	if len(w.order) == 0 {
		for i := range len(w.held) / w.dim {
			w.order = append(w.order, i)
		}
		shuffle(w.order, w.rng)
	}
	for ; rows > 0 && w.dealt < len(w.order); rows-- {
		dst = append(dst, w.row(w.order[w.dealt])...)
		w.dealt++
	}
	return dst
}
