package info

import "math"

// nuWorth is the 98 % quantile of twice the gain in log-likelihood by ν where ν is ∞: half a χ² of one degree of freedom, half 0.
const nuWorth = 4.2

// likeliestNu is the fit of a t of the degrees of freedom ν that gain most over a normal, by golden section of log 1/ν down to a step of within.
// Where hardly any tail gains nothing, none is looked for.
func likeliestNu[T any](within float64, fit func(nu float64) (T, float64, error)) (best T, gain float64, err error) {
	const least, most = 1.0 / 128, 1.0
	if best, gain, err = fit(1 / least); err != nil || gain <= 0 {
		return best, gain, err
	}
	const golden = 0.6180339887498949
	lo, hi := math.Log(least), math.Log(most)
	at := [2]float64{hi - golden*(hi-lo), lo + golden*(hi-lo)}
	var gains [2]float64
	try := func(i int) error {
		t, g, err := fit(math.Exp(-at[i]))
		if err != nil {
			return err
		}
		if gains[i] = g; g > gain {
			best, gain = t, g
		}
		return nil
	}
	for i := range at {
		if err := try(i); err != nil {
			return best, gain, err
		}
	}
	for hi-lo > within {
		i := 0
		if gains[0] > gains[1] {
			hi, at[1], gains[1] = at[1], at[0], gains[0]
			at[0] = hi - golden*(hi-lo)
		} else {
			lo, at[0], gains[0] = at[0], at[1], gains[1]
			at[1], i = lo+golden*(hi-lo), 1
		}
		if err := try(i); err != nil {
			return best, gain, err
		}
	}
	return best, gain, nil
}
