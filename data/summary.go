package data

import "math"

// summary gathers a column's numbers, one at a time.
type summary struct {
	count    int
	min, max float64
	mean, ss float64 // ss: the sum of squares about the mean
	distinct *distinct
	decimals int     // the fewest decimal places that write all numbers; past maxDecimals: none do
	scale    float64 // 10 to the power of decimals
}

// maxDecimals is how fine a decimal grid is looked for.
const maxDecimals = 9

// budget is how many distinct values all columns together may hold.
const budget = 1 << 20

func newSummaries(d int) []summary {
	s := make([]summary, d)
	for j := range s {
		s[j] = summary{min: math.Inf(1), max: math.Inf(-1), scale: 1, distinct: newDistinct(min(max(budget/d, 1<<10), 1<<16))}
	}
	return s
}

// add takes a number into account; NaN is none. Mean and squares as in B. P. Welford, Technometrics 4 (1962).
func (s *summary) add(v float64) {
	if v != v {
		return
	}
	s.count++
	s.min, s.max = min(s.min, v), max(s.max, v)
	delta := v - s.mean
	s.mean += delta / float64(s.count)
	s.ss += delta * (v - s.mean)
	s.distinct.add(v)
	for s.decimals <= maxDecimals && math.Round(v*s.scale)/s.scale != v {
		s.decimals++
		s.scale *= 10
	}
}

// column is the summary in words of a Report.
func (s *summary) column(name string, bad BadColumn) Column {
	if s.count == 0 {
		return Column{Name: name, Bad: bad, Exact: true}
	}
	n := float64(s.count)
	top, times := s.distinct.top()
	return Column{
		Name: name, Bad: bad, Count: s.count, Min: s.min, Max: s.max, Mean: s.mean, Std: math.Sqrt(s.ss / n),
		Distinct: s.distinct.seen, Exact: s.distinct.exact(), Top: top, TopShare: float64(times) / n,
		Integer: s.decimals == 0, Quantum: s.quantum(),
	}
}

// quantum is the step of the grid that the values lie on. Where they are too many to be held, that of the decimal
// places that they are written with.
func (s *summary) quantum() float64 {
	decimal := s.decimals <= maxDecimals && s.min < s.max
	if s.distinct.exact() {
		step := gridStep(s.distinct.sorted())
		if decimal && step > 0 {
			return math.Round(step*s.scale) / s.scale // 0.1, not 0.1 and a rounding error
		}
		return step
	}
	if decimal {
		return 1 / s.scale
	}
	return 0
}
