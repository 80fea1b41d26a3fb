package rows

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Lot says of rows as they come which to hold, so that each choice of limit of them is as likely as any other however many come
// (J. Vitter's algorithm R, "Random sampling with a reservoir", ACM Transactions on Mathematical Software 11 (1985)).
type Lot struct {
	limit, seen int
	rng         *rand.Rand
}

// NewLot holds at most limit rows, at least 1; the same rng draws the same ones.
func NewLot(limit int, rng *rand.Rand) (*Lot, error) {
	if limit < 1 || rng == nil {
		return nil, fmt.Errorf("rows: NewLot: got limit = %d and the rng %v, want at least 1 and one", limit, rng)
	}
	return &Lot{limit: limit, rng: rng}, nil
}

// Next is where the next row is held: 0, 1, … while there is room, then in the place of a row that is held no longer; −1 where it is this
// one that is not held.
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

// Seen is how many rows came.
func (l *Lot) Seen() int {
	if l == nil {
		return 0
	}
	return l.seen
}

// A Reservoir holds the rows that a Lot chooses.
type Reservoir struct {
	dim    int
	lot    *Lot
	values []float64 // of the rows held, row-major
	came   []int     // which of all rows they are
}

// NewReservoir holds at most limit rows of dim columns, both at least 1. The same seed draws the same rows.
func NewReservoir(dim, limit int, seed uint64) (*Reservoir, error) {
	if dim < 1 || limit < 1 {
		return nil, fmt.Errorf("rows: NewReservoir: dim = %d and limit = %d, want at least 1 of each", dim, limit)
	}
	lot, err := NewLot(limit, rand.New(rand.NewPCG(seed, 11)))
	return &Reservoir{dim: dim, lot: lot}, err
}

// Add takes a row of dim numbers; place is where it is held: see Lot.Next.
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

// Seen is how many rows came.
func (r *Reservoir) Seen() int {
	if r == nil {
		return 0
	}
	return r.lot.Seen()
}

// Rows are those that are held, in the order in which they came, and of each the place that Add said; nil where none came. What is added
// later changes them.
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
