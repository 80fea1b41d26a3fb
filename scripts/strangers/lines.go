package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// lines are all lines, in the order in which they were first tried.
var lines = slices.Concat(files, numbers, hostile, messages, life)

// gaussians are rows of d dependent columns x1, x2, … as text.
func gaussians(n, d int, seed uint64) string {
	var b strings.Builder
	rng := rand.New(rand.NewPCG(seed, 1))
	for j := range d {
		fmt.Fprintf(&b, "%sx%d", strings.Repeat(",", min(j, 1)), j+1)
	}
	for range n {
		v := rng.NormFloat64()
		for j := range d {
			sep := ","
			if j == 0 {
				sep = "\n"
			}
			fmt.Fprintf(&b, "%s%.6f", sep, v)
			v = 0.5*v + rng.NormFloat64()
		}
	}
	return b.String() + "\n"
}
