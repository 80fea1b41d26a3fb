package mixed

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// maskedRows are a table's rows, each repeated copies times, as the network reads them in training: of each row one part is shown,
// and of the rest something is asked for. They are a train.Redrawn: each epoch has new parts. A part is of one of three kinds. (1)
// All cells before one cell in the table's order are shown, and that cell is asked for, so that the mean is the negative
// log-likelihood of LogProb's chain. (2) All cells but one are shown, and that one is asked for, as in Impute and Explain. (3) A
// random subset of the row's cells is shown, and all others are asked for (Uria, Murray & Larochelle 2014, arXiv:1310.1757).
type maskedRows struct {
	*mat.Dense
	table  *table
	copies int
	order  []int // slots of the columns
	gapped []int // the slots of gaps, then those of columns
	seed   uint64
	counts [][]float64 // see subsetWeights
}

func newMaskedRows(t *table, copies int, order []int, seed uint64) *maskedRows {
	m := &maskedRows{Dense: mat.NewDense(t.n*copies, t.rowWidth(), nil), table: t, copies: copies, order: order, seed: seed, counts: t.subsetWeights()}
	for g := range t.gaps {
		m.gapped = append(m.gapped, len(t.columns)+g)
	}
	m.gapped = append(m.gapped, order...)
	m.Redraw(-1)
	return m
}

// Redraw draws the parts of an epoch.
func (m *maskedRows) Redraw(epoch int) {
	rng := rand.New(rand.NewPCG(m.seed, uint64(epoch)+2))
	p := part{seen: make([]bool, m.table.slots()), weights: make([]float64, m.table.slots())}
	for r := range m.table.n * m.copies {
		i := r % m.table.n
		switch kind := rng.Float64(); {
		case kind < gapShare && len(m.table.gaps) > 0:
			p.begin(m.table, i, m.gapped)
			p.prefix(rng)
		case kind < gapShare+(1-gapShare)*prefixShare:
			p.begin(m.table, i, m.order)
			p.prefix(rng)
		case kind < gapShare+(1-gapShare)*(prefixShare+otherShare):
			p.begin(m.table, i, m.order)
			p.others(rng)
		default:
			p.begin(m.table, i, m.order)
			p.subset(rng, m.counts)
		}
		m.table.fill(m.RawRowView(r), i, p.seen, p.weights)
	}
}

// If there are gaps, gapShare of the parts show gaps and cells. Of the rest, prefixShare are of the first kind and otherShare of
// the second.
const (
	gapShare    = 0.3
	prefixShare = 0.4
	otherShare  = 0.25
)

// A part says which slots of a row are shown, and how much the log-probability of each of the others counts.
type part struct {
	seen    []bool
	weights []float64
	present []int
}

func (p *part) begin(t *table, i int, order []int) {
	p.present = p.present[:0]
	clear(p.seen)
	clear(p.weights)
	for _, s := range order {
		if t.at(i, s) == present {
			p.present = append(p.present, s)
		}
	}
}

// prefix asks for one of m cells, which counts m times, so that the mean is the sum over the cells.
func (p *part) prefix(rng *rand.Rand) {
	if len(p.present) == 0 {
		return
	}
	k := rng.IntN(len(p.present))
	for _, s := range p.present[:k] {
		p.seen[s] = true
	}
	p.weights[p.present[k]] = float64(len(p.present))
}

// others shows all but one of m cells; that one counts m times.
func (p *part) others(rng *rand.Rand) {
	if len(p.present) == 0 {
		return
	}
	for _, s := range p.present {
		p.seen[s] = true
	}
	hidden := p.present[rng.IntN(len(p.present))]
	p.seen[hidden], p.weights[hidden] = false, float64(len(p.present))
}

// subset shows k cells, with all numbers k equally likely, and asks for all others.
func (p *part) subset(rng *rand.Rand, counts [][]float64) {
	m := len(p.present)
	if m == 0 {
		return
	}
	rng.Shuffle(m, func(a, b int) { p.present[a], p.present[b] = p.present[b], p.present[a] })
	k := rng.IntN(m)
	for at, s := range p.present {
		if at < k {
			p.seen[s] = true
		} else {
			p.weights[s] = counts[m][k]
		}
	}
}

// subsetWeights are the weights of the cells that are asked for, by the number m of cells that a row of d has and the number k that
// are shown:
//
//	w(m, k) ∝ m·C(m, k).
//
// Each subset of a row with few cells is drawn more often than one of a row with many. The weights undo that, so that the
// distribution given some cells is learned equally from all rows that have these cells. The factor of proportionality depends on k
// alone, and makes a row count on average as many times as it has cells. For a table without missing cells w is d/(d − k).
func (t *table) subsetWeights() [][]float64 {
	d := len(t.columns)
	rows := make([]float64, d+1) // number of rows with each number of cells
	for i := range t.n {
		m := 0
		for s := range d {
			if t.at(i, s) == present {
				m++
			}
		}
		rows[m]++
	}
	w := make([][]float64, d+1)
	for m := range w {
		w[m] = make([]float64, m)
		for k := range m {
			w[m][k] = float64(m) * choose(m, k) / choose(d, k)
		}
	}
	for k := range d {
		cells, weights := 0.0, 0.0
		for m := k + 1; m <= d; m++ {
			cells += rows[m]
			weights += rows[m] * w[m][k] * float64(m-k) / float64(m)
		}
		for m := k + 1; m <= d && weights > 0; m++ {
			w[m][k] *= cells / weights
		}
	}
	return w
}

// choose is the number of subsets of size k of n.
func choose(n, k int) float64 {
	of := func(n int) float64 { l, _ := math.Lgamma(float64(n + 1)); return l }
	return math.Exp(of(n) - of(k) - of(n-k))
}
