package info

import "slices"

// onOneGrid are two samples of which the one that has a column in finer steps has its values rounded to those of the other, with the
// names of such columns: a law of whole numbers and one of decimals have no density by one another, and their divergence, which is
// infinite, would say no more than that.
func onOneGrid(p, q *Sample) (_, _ *Sample, rounded []string) {
	mine, theirs := slices.Clone(p.values), slices.Clone(q.values)
	for j := range p.values {
		steps, others := stepsOf(p.values[j]), stepsOf(q.values[j])
		switch finer, coarser := missing(p.values[j], others), missing(q.values[j], steps); {
		case finer && coarser && meanStep(steps) > meanStep(others), coarser && !finer:
			theirs[j] = nearest(q.values[j], steps)
		case finer:
			mine[j] = nearest(p.values[j], others)
		default:
			continue
		}
		rounded = append(rounded, p.config.Names[j])
	}
	if len(rounded) == 0 {
		return p, q, nil
	}
	return newSample(p.config, mine, kindsOf(p)), newSample(q.config, theirs, kindsOf(q)), rounded
}

func kindsOf(s *Sample) []kind {
	kinds := make([]kind, len(s.columns))
	for j, c := range s.columns {
		kinds[j] = c.kind
	}
	return kinds
}

// stepsOf are the values that a column has, in order, if half of its rows or more have one that another row has too; else none.
func stepsOf(v []float64) []float64 {
	distinct := slices.Compact(slices.Sorted(slices.Values(v)))
	if len(distinct) < 2 || 2*len(distinct) > len(v) {
		return nil
	}
	return distinct
}

func meanStep(steps []float64) float64 {
	return (steps[len(steps)-1] - steps[0]) / float64(len(steps)-1)
}

// missing reports whether more than a twentieth of the values between the ends of some steps are none of them.
func missing(v, steps []float64) bool {
	if steps == nil {
		return false
	}
	inside, none := 0, 0
	for _, x := range v {
		if x < steps[0] || x > steps[len(steps)-1] {
			continue
		}
		inside++
		if _, found := slices.BinarySearch(steps, x); !found {
			none++
		}
	}
	return 20*none > inside
}

// nearest are the steps nearest to the values that lie between their ends, and the others as they are.
func nearest(v, steps []float64) []float64 {
	out := slices.Clone(v)
	for i, x := range v {
		if x < steps[0] || x > steps[len(steps)-1] {
			continue
		}
		at, _ := slices.BinarySearch(steps, x)
		if at > 0 {
			below, above := x-steps[at-1], steps[at]-x
			if below < above || below == above && at%2 > 0 { // from the middle as often down as up
				at--
			}
		}
		out[i] = steps[at]
	}
	return out
}
