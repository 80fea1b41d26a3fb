package manual

import (
	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
)

// A pass is the whole flow, forward and backward, bound to memory for a fixed number of rows.
type pass[T kernel.Float] struct {
	rows, dim int
	q, gq     [][]T // rotation of each block and its gradient; gq belongs to the worker
	blocks    []block[T]
	x         [][]T // input of each block, and last z
	y         [][]T // the rotated input, or x itself
	logProb   []float64
	gz, gy    []T
	gl        []T

	turn, turnBack, gradQ *kernel.Gemm[T]
}

func newPass[T kernel.Float](m *shape, rows int, params, grads []T, q, gq [][]T, s *scratch[T]) *pass[T] {
	size := rows * m.dim
	p := &pass[T]{
		rows: rows, dim: m.dim, q: q, gq: gq, x: [][]T{make([]T, size)}, logProb: make([]float64, rows),
		gz: make([]T, size), gy: make([]T, size), gl: make([]T, size),
		turn:     s.product(false, false, rows, m.dim, m.dim),
		turnBack: s.product(false, true, rows, m.dim, m.dim),
		gradQ:    s.product(true, false, m.dim, m.dim, rows),
	}
	for _, b := range m.blocks {
		p.x = append(p.x, make([]T, size))
		switch {
		case b.masked != nil:
			p.blocks = append(p.blocks, newMasked(m, b, rows, params, grads, s))
			p.y = append(p.y, p.x[len(p.y)])
		case b.first != nil:
			p.blocks = append(p.blocks, newCoupled(m, b, rows, params, grads, s))
			p.y = append(p.y, s.buffer("y", size)) // can be shared: the couplings copy their halves
		default:
			p.blocks = append(p.blocks, newMarginal(m, b, rows, params, grads, s))
			p.y = append(p.y, make([]T, size))
		}
	}
	return p
}

// load copies rows of x from row first on.
func (p *pass[T]) load(x *mat.Dense, first int) {
	to := p.x[0]
	for i := range p.rows {
		for j, v := range x.RawRowView(first + i) {
			to[j] = T(v)
		}
		to = to[p.dim:]
	}
}

// forward fills logProb and returns its sum.
func (p *pass[T]) forward() (total float64) {
	clear(p.logProb)
	for i, b := range p.blocks {
		if len(p.q) > 0 {
			p.turn.Run(p.x[i], p.q[i], p.y[i], false)
		}
		b.forward(p.y[i], p.x[i+1], p.logProb)
	}
	z := p.x[len(p.blocks)]
	for i := range p.logProb {
		squares := 0.0
		for _, v := range z[i*p.dim : (i+1)*p.dim] {
			squares += float64(v) * float64(v)
		}
		p.logProb[i] += float64(p.dim)*kernel.LogPDF(0) - 0.5*squares
		total += p.logProb[i]
	}
	return total
}

// backward computes the gradients of −scale·Σ log p, and adds them if add is true.
func (p *pass[T]) backward(scale float64, add bool) {
	for i, v := range p.x[len(p.blocks)] {
		p.gz[i], p.gl[i] = T(scale)*v, T(-scale)
	}
	for i := len(p.blocks) - 1; i >= 0; i-- {
		p.blocks[i].backward(p.gz, p.gl, p.gy, add)
		if len(p.q) == 0 {
			p.gz, p.gy = p.gy, p.gz
			continue
		}
		p.gradQ.Run(p.x[i], p.gy, p.gq[i], add)
		if i > 0 {
			p.turnBack.Run(p.gy, p.q[i], p.gz, false)
		}
	}
}
