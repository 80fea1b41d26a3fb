package rows

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Reservoir holds rows drawn evenly from all that come, however many they are: each choice of so many of them is as likely as any other
// (J. Vitter's algorithm R, "Random sampling with a reservoir", ACM Transactions on Mathematical Software 11 (1985)).
type Reservoir struct {
	dim, limit, seen int
	values           []float64 // of the rows held, row-major
	came             []int     // which of all rows they are
	rng              *rand.Rand
}

// NewReservoir holds at most limit rows of dim columns, both at least 1. The same seed draws the same rows.
func NewReservoir(dim, limit int, seed uint64) (*Reservoir, error) {
	if dim < 1 || limit < 1 {
		return nil, fmt.Errorf("rows: NewReservoir: dim = %d and limit = %d, want at least 1 of each", dim, limit)
	}
	return &Reservoir{dim: dim, limit: limit, rng: rand.New(rand.NewPCG(seed, 11))}, nil
}

// Add takes a row of dim numbers. place is where it is held: 0, 1, … while there is room, then in the place of a row that is held no
// longer; −1 where it is this one that is not held.
func (r *Reservoir) Add(row []float64) (place int, err error) {
	if r == nil || r.rng == nil || len(row) != r.dim {
		return -1, &ShapeError{"rows: Reservoir.Add", fmt.Sprintf("a row of %d", len(row)), "a Reservoir of NewReservoir and a row of its columns"}
	}
	r.seen++
	if r.seen <= r.limit {
		r.values, r.came = append(r.values, row...), append(r.came, r.seen)
		return r.seen - 1, nil
	}
	if place = r.rng.IntN(r.seen); place >= r.limit {
		return -1, nil
	}
	copy(r.values[place*r.dim:], row)
	r.came[place] = r.seen
	return place, nil
}

// Seen is how many rows came.
func (r *Reservoir) Seen() int {
	if r == nil {
		return 0
	}
	return r.seen
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
	if r.seen <= r.limit {
		return held, places
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Compare(r.came[a], r.came[b]) })
	x = mat.NewDense(len(places), r.dim, nil)
	for i, at := range places {
		x.SetRow(i, held.RawRowView(at))
	}
	return x, places
}
