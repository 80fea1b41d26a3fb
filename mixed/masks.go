package mixed

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// maskedRows are a table's rows, each copies times, as the network reads them in training: of each row a part is seen and the rest is
// asked for. Half of the parts are what stands before a column in the table's order, which the chain of LogProb needs; the others are
// drawn from all (Uria, Murray & Larochelle 2014, arXiv:1310.1757). With m cells present of which k are seen, each of the others counts
// m/(m−k), so that the mean over parts is the negative log-likelihood. They are train.Redrawn, new parts each epoch.
type maskedRows struct {
	*mat.Dense
	table  *table
	copies int
	order  []int // slots
	seed   uint64
}

func newMaskedRows(t *table, copies int, order []int, seed uint64) *maskedRows {
	m := &maskedRows{Dense: mat.NewDense(t.n*copies, t.rowWidth(), nil), table: t, copies: copies, order: order, seed: seed}
	m.Redraw(-1)
	return m
}

// Redraw draws the parts of an epoch.
func (m *maskedRows) Redraw(epoch int) {
	rng := rand.New(rand.NewPCG(m.seed, uint64(epoch)+2))
	p := part{seen: make([]bool, len(m.order)), weights: make([]float64, len(m.order))}
	for r := range m.table.n * m.copies {
		p.draw(m.table, r%m.table.n, m.order, rng)
		m.table.fill(m.RawRowView(r), r%m.table.n, p.seen, p.weights)
	}
}

// A part is the slots of a row that are seen, and how much each of the others counts.
type part struct {
	seen    []bool
	weights []float64
	present []int
}

func (p *part) draw(t *table, i int, order []int, rng *rand.Rand) {
	p.present = p.present[:0]
	for _, s := range order {
		p.seen[s], p.weights[s] = false, 0
		if t.at(i, s) == present {
			p.present = append(p.present, s)
		}
	}
	m := len(p.present)
	if m == 0 {
		return
	}
	if rng.IntN(2) == 0 {
		rng.Shuffle(m, func(a, b int) { p.present[a], p.present[b] = p.present[b], p.present[a] })
	}
	k := rng.IntN(m)
	for at, s := range p.present {
		if at < k {
			p.seen[s] = true
		} else {
			p.weights[s] = float64(m) / float64(m-k)
		}
	}
}
