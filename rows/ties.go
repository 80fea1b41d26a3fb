package rows

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A Tie is two columns that nearly determine each other: what is left, x_B − Slope·x_A, varies far less than either of them. An
// example is when trips began and when they ended.
type Tie struct {
	A, B  int
	Slope float64
	Left  float64 // the spread of what is left, as a share of the smaller one of x_B and Slope·x_A
}

// Rest is what is left in each row of x; NaN where a cell is missing, nil if x does not have the columns.
func (t Tie) Rest(x mat.Matrix) []float64 {
	n, d := Dims(x)
	if min(t.A, t.B) < 0 || max(t.A, t.B) >= d {
		return nil
	}
	r := make([]float64, n)
	for i := range r {
		r[i] = x.At(i, t.B) - t.Slope*x.At(i, t.A)
	}
	return r
}

// Nearly is the share left of columns that determine each other so nearly that their ranks do not show how: a correlation of about
// 0.98.
const Nearly = 0.25

const (
	fewestTie = 40 // rows with both values that a tie needs
	// likely is the least rank correlation of a tie: it is near 1 but for the tenth of the rows that the spread does not count.
	likely = 0.7
	// rounder is how much wider what is left may be with a rounder slope, and plain with the slope 1 or −1: a difference means
	// something, and often cannot be negative.
	rounder, plain = 1.1, 2
)

// Ties are those of columns of x of which at most the share most is left, the tightest first. A NaN is a missing cell. A spread is
// that of Spread, so that wild cells, and rows in which the columns have nothing to do with each
// other, do not matter as long as they are few. A slope is 1 or −1 if that will do, and else has no more digits than it needs. The
// order of the rows does not matter.
func Ties(x mat.Matrix, columns []int, most float64) (ties []Tie) {
	n, d := Dims(x)
	columns = slices.DeleteFunc(slices.Clone(columns), func(j int) bool { return j < 0 || j >= d })
	values, ranks := make([][]float64, len(columns)), make([][]float64, len(columns))
	for k, j := range columns {
		values[k] = make([]float64, n)
		for i := range n {
			values[k][i] = x.At(i, j)
		}
		ranks[k] = ranked(values[k])
	}
	for k, a := range columns {
		for l := k + 1; l < len(columns); l++ {
			if !(math.Abs(correlation(ranks[k], ranks[l])) >= likely) {
				continue
			}
			if t, ok := tieOf(values[k], values[l]); ok && t.Left <= most {
				t.A, t.B = a, columns[l]
				ties = append(ties, t)
			}
		}
	}
	slices.SortStableFunc(ties, func(s, t Tie) int { return cmp.Compare(s.Left, t.Left) })
	return ties
}

// ranked are the places of values in their order, the mean place for equal ones; NaN for NaN.
func ranked(values []float64) []float64 {
	out := slices.Clone(values)
	ascending := slices.DeleteFunc(slices.Sorted(slices.Values(values)), math.IsNaN)
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		from, _ := slices.BinarySearch(ascending, v)
		to, _ := slices.BinarySearch(ascending, math.Nextafter(v, math.Inf(1)))
		out[i] = float64(from+to-1) / 2
	}
	return out
}

// correlation is that of places in the rows in which both have one; NaN if there are too few.
func correlation(a, b []float64) float64 {
	var n, sumA, sumB, squareA, squareB, product float64
	middle := float64(len(a)) / 2 // of places, so that little cancels
	for i := range a {
		u, v := a[i]-middle, b[i]-middle
		if math.IsNaN(u) || math.IsNaN(v) {
			continue
		}
		n++
		sumA, sumB = sumA+u, sumB+v
		squareA, squareB, product = squareA+u*u, squareB+v*v, product+u*v
	}
	if n < fewestTie {
		return math.NaN()
	}
	return (product - sumA*sumB/n) / math.Sqrt((squareA-sumA*sumA/n)*(squareB-sumB*sumB/n))
}

func both(a, b []float64) (u, v []float64) {
	for i := range a {
		if !math.IsNaN(a[i]) && !math.IsNaN(b[i]) {
			u, v = append(u, a[i]), append(v, b[i])
		}
	}
	return u, v
}

// tieOf is the line through a and b whose slope is the median of those between rows half the table apart in a, a choice of Theil's
// slopes that takes no more than sorting.
func tieOf(a, b []float64) (t Tie, ok bool) {
	a, b = both(a, b)
	order := make([]int, len(a))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(a[i], a[j]), cmp.Compare(b[i], b[j])) })
	var slopes []float64
	half := len(order) / 2
	for k := range half {
		i, j := order[k], order[k+half]
		if slope := (b[j] - b[i]) / (a[j] - a[i]); a[j] > a[i] && !math.IsInf(slope, 0) {
			slopes = append(slopes, slope)
		}
	}
	if len(slopes) < half/2+1 {
		return t, false
	}
	slices.Sort(slopes)
	slope := slopes[len(slopes)/2]
	left := func(slope float64) float64 { return spreadLeft(a, b, slope) }
	if t.Slope = math.Copysign(1, slope); !(left(t.Slope) <= plain*left(slope)) {
		t.Slope = shortest(slope, func(short float64) bool { return left(short) <= rounder*left(slope) })
	}
	whole := min(spreadLeft(a, b, 0), math.Abs(t.Slope)*spreadLeft(b, a, 0))
	t.Left = left(t.Slope) / whole
	return t, t.Slope != 0 && whole > 0 && !math.IsInf(whole, 1)
}

// shortest is slope with the fewest digits that will do.
func shortest(slope float64, do func(float64) bool) float64 {
	for digits := range 16 {
		short, err := strconv.ParseFloat(strconv.FormatFloat(slope, 'e', digits, 64), 64)
		if err == nil && do(short) {
			return short
		}
	}
	return slope
}

// spreadLeft is the spread of b − slope·a.
func spreadLeft(a, b []float64, slope float64) float64 {
	r := make([]float64, len(a))
	for i := range a {
		r[i] = b[i] - slope*a[i]
	}
	return Spread(r)
}

// Spread is the distance between the quantiles of 5 and 95 % of values; NaN are left out, and of none it is 0.
func Spread(values []float64) float64 {
	ascending := slices.DeleteFunc(slices.Sorted(slices.Values(values)), math.IsNaN)
	if len(ascending) == 0 {
		return 0
	}
	return stat.Quantile(0.95, stat.Empirical, ascending, nil) - stat.Quantile(0.05, stat.Empirical, ascending, nil)
}
