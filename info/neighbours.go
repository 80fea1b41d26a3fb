package info

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/spatial/kdtree"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
)

// neighbours is k of the nearest-neighbour estimate.
const neighbours = 5

// byNeighbours is log p(w) − log φ(w) at the rows of w (n×d), p by the cube around the row that its k-th neighbour among m rows of others lies on.
// E log P(cube) = ψ(k) − ψ(m+1), whatever P is, and what a normal has in the cube is known, so that with half the cube's edge ε
//
//	ψ(k) − ψ(m+1) − Σ_j log[Φ(w_j + ε) − Φ(w_j − ε)]
//
// has no bias at all where the others are normal, and else that of a density which is not the same all over the cube. Where the others are w
// itself, own, a row is no neighbour of its own. It ends with the error of ended.
//
// Source: Kraskov, Stögbauer & Grassberger 2004, arXiv:cond-mat/0305641, with known margins in place of counted ones.
func byNeighbours(w, others *mat.Dense, own bool, ended func() error) ([]float64, error) {
	n, d := w.Dims()
	m, _ := others.Dims()
	all := make(cloud, m)
	for i := range m {
		all[i] = row(others.RawRowView(i))
	}
	tree := kdtree.New(all, false)
	itself := 0
	if own {
		itself = 1
	}
	k := min(neighbours, m-itself)
	constant := mathext.Digamma(float64(k)) - mathext.Digamma(float64(m-itself+1))
	gains := make([]float64, n)
	const each = 256
	err := initializers.EachColumn((n+each-1)/each, func(part int) error {
		if err := ended(); err != nil {
			return err
		}
		for i := part * each; i < min(n, (part+1)*each); i++ {
			keep := kdtree.NewNKeeper(k + itself)
			tree.NearestSet(keep, row(w.RawRowView(i)))
			square := 0.0
			for _, near := range keep.Heap {
				square = max(square, near.Dist)
			}
			gains[i] = constant
			for j := range d {
				gains[i] -= logMass(w.At(i, j), math.Sqrt(square))
			}
		}
		return nil
	})
	return gains, err
}

// logMass is log[Φ(x + ε) − Φ(x − ε)], ε > 0.
func logMass(x, e float64) float64 {
	x = -math.Abs(x) // the mass is the same, and the lower tail has the digits
	high, low := kernel.LogCDF(x+e), kernel.LogCDF(x-e)
	return high + math.Log(-math.Expm1(low-high))
}

// A row among others, at the distance of the largest difference of a column. The tree compares squares.
type row []float64

func (r row) Compare(to kdtree.Comparable, d kdtree.Dim) float64 { return r[d] - to.(row)[d] }

func (r row) Dims() int { return len(r) }

func (r row) Distance(to kdtree.Comparable) float64 {
	most := 0.0
	for j, v := range to.(row) {
		most = max(most, math.Abs(r[j]-v))
	}
	return most * most
}

type cloud []row

func (p cloud) Index(i int) kdtree.Comparable { return p[i] }

func (p cloud) Len() int { return len(p) }

func (p cloud) Slice(from, to int) kdtree.Interface { return p[from:to] }

func (p cloud) Pivot(d kdtree.Dim) int {
	return kdtree.Partition(plane{p, d}, kdtree.MedianOfRandoms(plane{p, d}, 100))
}

// A plane orders rows by one column.
type plane struct {
	cloud
	d kdtree.Dim
}

func (p plane) Less(i, j int) bool { return p.cloud[i][p.d] < p.cloud[j][p.d] }

func (p plane) Swap(i, j int) { p.cloud[i], p.cloud[j] = p.cloud[j], p.cloud[i] }

func (p plane) Slice(from, to int) kdtree.SortSlicer { return plane{p.cloud[from:to], p.d} }
