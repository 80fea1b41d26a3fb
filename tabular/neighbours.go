package tabular

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// Neighbours rank rows by how odd they are, with log p and the distance to the nearest row of a table: a row is odd if its density
// is low or if it lies apart from all rows. A density is smooth, and where the table has no rows it is extrapolation; the distance
// knows nothing of how columns depend on each other. Each finds rows that the other misses (docs/training-recipes.md has figures).
// Neighbours hold the rows, which a model file does not. They are safe for concurrent use.
type Neighbours struct {
	model    *Model
	near     *mat.Dense // the rows, in standard deviations of the columns
	density  oddTail    // of −log p of the reference rows
	distance oddTail    // of each row's distance to the nearest other one
}

// mostNeighbours limits the rows, because every scored row is compared with all of them. More are thinned out evenly.
const mostNeighbours = 10_000

// NewNeighbours makes the Neighbours of a flow and of rows of its table, or others like them, whose columns are the model's Reads. It
// is an error if the model is an any-order density or conditional on columns, or knows no Reference; if there are fewer than two rows,
// or one has a missing cell.
func NewNeighbours(m *Model, table mat.Matrix) (*Neighbours, error) {
	if err := m.check("NewNeighbours"); err != nil {
		return nil, err
	}
	if m.Mixed != nil {
		return nil, errors.New("tabular: NewNeighbours: the Model is an any-order density, between whose categories and missing cells there is no distance, want a flow")
	}
	switch n, _ := rows.Dims(table); {
	case len(m.Given) > 0:
		return nil, fmt.Errorf("tabular: NewNeighbours: the Model is conditional on %q, want one that is not", m.Given)
	case len(m.Reference) == 0:
		return nil, errors.New("tabular: NewNeighbours: the Model has no Reference, want one made by Fit")
	case n < 2:
		return nil, fmt.Errorf("tabular: NewNeighbours: got a %s matrix, want at least two rows", rows.ShapeOf(table))
	}
	if err := rows.Check("tabular: NewNeighbours", table, m.Flow.Dim()); err != nil {
		return nil, err
	}
	for _, c := range m.kept() {
		if std := m.Columns[c].Std; !(std > 0) {
			return nil, fmt.Errorf("tabular: NewNeighbours: column %q of the Model has a standard deviation of %v, want a positive number", m.Columns[c].Name, std)
		}
	}
	k := &Neighbours{model: m}
	k.near = k.standardized(table, (lengthOf(table)+mostNeighbours-1)/mostNeighbours)
	apart := make([]float64, lengthOf(k.near))
	for i := range apart {
		apart[i] = k.nearest(k.near.RawRowView(i), i)
	}
	unlikely := make([]float64, len(m.Reference))
	for i, lp := range m.Reference {
		unlikely[i] = -lp
	}
	k.density, k.distance = newOddTail(unlikely), newOddTail(apart)
	return k, nil
}

var errNoNeighbours = errors.New("tabular: Oddness: the Neighbours are nil or zero: NewNeighbours makes them")

// Rows is the number of rows that others are compared with.
func (k *Neighbours) Rows() int {
	if k == nil || k.near == nil {
		return 0
	}
	return lengthOf(k.near)
}

// Oddness is, for each row of x, whose columns are the model's Reads, −log of the smaller of two tail probabilities: the share of
// reference rows that are at most as likely, and the share of the table's rows whose nearest other row is at least as far away. Beyond
// the oddest few of them both continue as exponential distributions, so that rows odder than all of the table have an order too. It is
// +Inf for an impossible row and NaN for one with a missing cell. A row that is itself among the table's has no distance. Of new rows
// like the table's, a share between p and 2p is at least as odd as −log p.
func (k *Neighbours) Oddness(x mat.Matrix) ([]float64, error) {
	if k == nil || k.model == nil {
		return nil, errNoNeighbours
	}
	scores, err := k.model.Score(x)
	if err != nil {
		return nil, err
	}
	lp := make([]float64, len(scores))
	for i, s := range scores {
		lp[i] = s.LogProb
	}
	return k.OddnessOf(x, lp)
}

// OddnessOf is Oddness of rows whose log p, as Score gives it, is known.
func (k *Neighbours) OddnessOf(x mat.Matrix, logProb []float64) ([]float64, error) {
	if k == nil || k.model == nil {
		return nil, errNoNeighbours
	}
	if n, d := rows.Dims(x); n != len(logProb) || d != len(k.model.kept()) {
		return nil, fmt.Errorf("tabular: OddnessOf: got a %s matrix and %d log p, want a column for each of the model's Reads and a log p for each row", rows.ShapeOf(x), len(logProb))
	}
	at, odd := k.standardized(x, 1), make([]float64, len(logProb))
	for i, lp := range logProb {
		switch {
		case math.IsNaN(lp) || math.IsInf(lp, -1):
			odd[i] = -lp
		default:
			odd[i] = max(k.density.of(-lp), k.distance.of(k.nearest(at.RawRowView(i), -1)))
		}
	}
	return odd, nil
}

// standardized are every step-th row of x, in standard deviations of the columns.
func (k *Neighbours) standardized(x mat.Matrix, step int) *mat.Dense {
	n, d := x.Dims()
	out := mat.NewDense((n+step-1)/step, d, nil)
	for j, c := range k.model.kept() {
		std := k.model.Columns[c].Std
		for i := 0; i < n; i += step {
			out.Set(i/step, j, x.At(i, j)/std)
		}
	}
	return out
}

// nearest is the distance of a row to the nearest row but that of index own.
func (k *Neighbours) nearest(row []float64, own int) float64 {
	least := math.Inf(1)
	for i := range lengthOf(k.near) {
		if i == own {
			continue
		}
		sum := 0.0
		for j, v := range k.near.RawRowView(i) {
			if sum += (v - row[j]) * (v - row[j]); sum >= least {
				break
			}
		}
		least = min(least, sum)
	}
	return math.Sqrt(least)
}

// An oddTail is the upper tail of a sample of numbers, of which greater ones are odder.
type oddTail struct {
	sample []float64 // ascending
	from   float64   // where the exponential tail begins
	share  float64   // of the sample beyond
	scale  float64   // mean excess of the tail
}

// extrapolated is how many of a sample, but a tenth at most, the exponential tail is fitted to. The ranking hardly depends on it.
const extrapolated = 20

// newOddTail fits the tail by the median of the excesses, which a few rows far out cannot move. The scale is 1 if there is no excess:
// one nat, or one standard deviation.
func newOddTail(sample []float64) oddTail {
	s := slices.Sorted(slices.Values(sample))
	n := len(s)
	at := n - 1 - min(extrapolated, n/10)
	t := oddTail{sample: s, from: s[at], share: float64(n-at) / float64(n), scale: 1}
	if beyond := s[at:]; s[n-1] > t.from {
		beyond = beyond[sort.Search(len(beyond), func(i int) bool { return beyond[i] > t.from }):]
		t.scale = (beyond[len(beyond)/2] - t.from) / math.Ln2
	}
	return t
}

// of is −log of the probability of a value at least as odd as v.
func (t oddTail) of(v float64) float64 {
	if v > t.from {
		return -math.Log(t.share) + (v-t.from)/t.scale
	}
	below, _ := slices.BinarySearch(t.sample, v)
	return -math.Log(float64(len(t.sample)-below) / float64(len(t.sample)))
}
