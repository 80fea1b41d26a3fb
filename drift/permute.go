package drift

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"gaussflow/initializers"
)

// dear is how many multiplications all draws may take before their number is reduced.
const dear = 1e10

// draws is the number of draws.
func (s *scorer) draws(asked int) int {
	if asked > 0 {
		return asked
	}
	_, m := s.x.Dims()
	const many, few = 999, 199
	if each := float64(s.small)*float64(m) + float64(s.n[0]+s.n[1])*float64(len(s.used)*len(s.used)/2); each*many > dear {
		return few
	}
	return many
}

// A null holds the statistics of the actual tables, first, and of random assignments of the rows to tables, on one scale:
// scores[b][j] is that of column or pair j in draw b.
type null struct {
	columns int // number of columns; pairs follow them
	scores  [][]float64
	sums    [2][]float64 // sums of T over columns, and over pairs
	z       []float64    // of each feature, for the actual tables: positive if B's mean is higher
}

// permute scores the actual tables and the draws.
func (s *scorer) permute(ctx context.Context, draws int, seed uint64) (*null, error) {
	out := &null{columns: len(s.blocks), scores: make([][]float64, draws+1)}
	out.sums[0], out.sums[1] = make([]float64, draws+1), make([]float64, draws+1)
	n := s.n[0] + s.n[1]
	err := initializers.EachColumn(draws+1, func(b int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := s.score(s.choice(b, n, seed))
		out.sums[0][b], out.sums[1][b] = floats.Sum(d.t[:out.columns]), floats.Sum(d.t[out.columns:])
		for j, t := range d.t {
			d.t[j] = normalOf(t, d.squares[j])
		}
		out.scores[b] = d.t
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.standardize()
	out.z = s.z(s.choice(0, n, seed))
	if s.n[0] <= s.n[1] {
		floats.Scale(-1, out.z)
	}
	return out, nil
}

// choice is the rows that represent the smaller table: its own in draw 0, else random ones.
func (s *scorer) choice(b, n int, seed uint64) []int {
	if b > 0 {
		return initializers.NewRand(seed, uint64(b)).Perm(n)[:s.small]
	}
	rows := make([]int, s.small)
	for i := range rows {
		if rows[i] = i; s.n[0] > s.n[1] {
			rows[i] += s.n[0]
		}
	}
	return rows
}

// normalOf maps χ² with so many degrees of freedom to an approximately standard normal number (Wilson & Hilferty 1931).
func normalOf(t, degrees float64) float64 {
	if degrees == 0 {
		return 0
	}
	by := 2 / (9 * degrees)
	return (math.Cbrt(t/degrees) - 1 + by) / math.Sqrt(by)
}

// standardize brings each statistic to mean 0 and standard deviation 1 over all draws, so that statistics of different
// kinds are comparable.
func (n *null) standardize() {
	column := make([]float64, len(n.scores))
	for j := range n.scores[0] {
		for b, s := range n.scores {
			column[b] = s[j]
		}
		mean, std := stat.MeanStdDev(column, nil)
		for _, s := range n.scores {
			if s[j] -= mean; std > 0 {
				s[j] /= std
			}
		}
	}
}

// alone is the uncorrected p-value of a statistic.
func (n *null) alone(j int) float64 {
	return n.share(func(b int) bool { return atLeast(n.scores[b][j], n.scores[0][j]) })
}

// share is the share of the draws, including the actual tables, for which holds is true.
func (n *null) share(holds func(b int) bool) float64 {
	count := 0
	for b := range n.scores {
		if holds(b) {
			count++
		}
	}
	return float64(count) / float64(len(n.scores))
}

// atLeast is v ≥ w up to rounding, because draws of equal rows should be equal.
func atLeast(v, w float64) bool { return v >= w-1e-9*max(1, math.Abs(w)) }

// corrected are the step-down p-values of the statistics from … to−1.
func (n *null) corrected(from, to int) []float64 {
	order := make([]int, to-from)
	for k := range order {
		order[k] = from + k
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(n.scores[0][j], n.scores[0][i]) })
	p := make([]float64, len(order))
	for _, s := range n.scores {
		most := math.Inf(-1)
		for k := len(order) - 1; k >= 0; k-- { // maximum over this statistic and all smaller ones
			if most = max(most, s[order[k]]); atLeast(most, n.scores[0][order[k]]) {
				p[k] += 1 / float64(len(n.scores))
			}
		}
	}
	out := make([]float64, len(order))
	least := 0.0
	for k, j := range order {
		least = max(least, p[k])
		out[j-from] = least
	}
	return out
}

// all is the p-value of the tables: that of the smallest of four p-values, of the greatest statistic and of the sum, for columns
// and for pairs.
func (n *null) all() float64 {
	var p [][]float64
	for part, of := range [2][2]int{{0, n.columns}, {n.columns, len(n.scores[0])}} {
		if of[0] == of[1] {
			continue
		}
		greatest := make([]float64, len(n.scores))
		for b, s := range n.scores {
			greatest[b] = slices.Max(s[of[0]:of[1]])
		}
		p = append(p, tails(greatest), tails(n.sums[part]))
	}
	least, sum := slices.Clone(p[0]), slices.Clone(p[0])
	for _, of := range p[1:] {
		for b, v := range of {
			least[b], sum[b] = min(least[b], v), sum[b]+v
		}
	}
	return n.share(func(b int) bool { // the smallest p-value takes few different values; ties are decided by the others
		return least[b] < least[0] || least[b] == least[0] && sum[b] <= sum[0]
	})
}

// tails are, for each of v, the share of v that is at least as large.
func tails(v []float64) []float64 {
	ascending := slices.Sorted(slices.Values(v))
	out := make([]float64, len(v))
	for b, x := range v {
		below, _ := slices.BinarySearchFunc(ascending, x, func(y, x float64) int {
			if atLeast(y, x) {
				return 1
			}
			return -1
		})
		out[b] = float64(len(v)-below) / float64(len(v))
	}
	return out
}
