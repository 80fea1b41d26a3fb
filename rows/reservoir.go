package rows

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Lot decides for each row of a sequence whether to keep it, so that every choice of limit rows is equally likely, however long
// the sequence is (J. Vitter's algorithm R, "Random sampling with a reservoir", ACM Transactions on Mathematical Software 11
// (1985)).
type Lot struct {
	limit, seen int
	rng         *rand.Rand
}

// NewLot makes a Lot that keeps at most limit rows, at least 1. An rng in the same state makes the same choices.
func NewLot(limit int, rng *rand.Rand) (*Lot, error) {
	if limit < 1 || rng == nil {
		return nil, fmt.Errorf("rows: NewLot: limit = %d, rng is nil: %t; want limit ≥ 1 and a seeded *rand.Rand", limit, rng == nil)
	}
	return &Lot{limit: limit, rng: rng}, nil
}

// Next returns the place at which to keep the next row: 0, 1, … while there is room, then the place of a row that is dropped for
// it; −1 if the row is not kept.
func (l *Lot) Next() (place int) {
	if l == nil || l.rng == nil {
		return -1
	}
	if l.seen++; l.seen <= l.limit {
		return l.seen - 1
	}
	if place = l.rng.IntN(l.seen); place < l.limit {
		return place
	}
	return -1
}

// Seen is how many rows have come.
func (l *Lot) Seen() int {
	if l == nil {
		return 0
	}
	return l.seen
}

// A Reservoir keeps the rows that a Lot chooses.
type Reservoir struct {
	dim    int
	lot    *Lot
	values []float64 // the rows kept, row-major
	came   []int     // their numbers among all rows
}

// NewReservoir makes a Reservoir for at most limit rows of dim columns, both at least 1. The same seed draws the same
// rows.
func NewReservoir(dim, limit int, seed uint64) (*Reservoir, error) {
	if dim < 1 || limit < 1 {
		return nil, fmt.Errorf("rows: NewReservoir: dim = %d and limit = %d, want at least 1 of each", dim, limit)
	}
	lot, err := NewLot(limit, rand.New(rand.NewPCG(seed, 11)))
	return &Reservoir{dim: dim, lot: lot}, err
}

// Add adds a row of dim numbers. place is where it is kept: see Lot.Next.
func (r *Reservoir) Add(row []float64) (place int, err error) {
	if r == nil || r.lot == nil || len(row) != r.dim {
		return -1, &ShapeError{"rows: Reservoir.Add", fmt.Sprintf("a row of %d", len(row)), "a Reservoir of NewReservoir and a row of its columns"}
	}
	switch place = r.lot.Next(); {
	case place < 0:
	case place == len(r.came):
		r.values, r.came = append(r.values, row...), append(r.came, r.lot.seen)
	default:
		copy(r.values[place*r.dim:], row)
		r.came[place] = r.lot.seen
	}
	return place, nil
}

// Seen is how many rows have come.
func (r *Reservoir) Seen() int {
	if r == nil {
		return 0
	}
	return r.lot.Seen()
}

// Rows returns the rows that are kept, in the order in which they came, and for each the place that Add returned; nil if none came.
// Later calls of Add change them.
func (r *Reservoir) Rows() (x *mat.Dense, places []int) {
	if r.Seen() == 0 {
		return nil, nil
	}
	places = make([]int, len(r.came))
	for i := range places {
		places[i] = i
	}
	held := mat.NewDense(len(r.came), r.dim, r.values)
	if r.lot.seen <= r.lot.limit {
		return held, places
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Compare(r.came[a], r.came[b]) })
	x = mat.NewDense(len(places), r.dim, nil)
	for i, at := range places {
		x.SetRow(i, held.RawRowView(at))
	}
	return x, places
}
