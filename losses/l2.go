package losses

import (
	"fmt"
	"math"
	"strings"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// L2 is Lambda·Σ w² over the trainable parameters whose names end in Suffix (".kernel", say; empty: all).
type L2 struct {
	Lambda float64 `json:"lambda"` // default 0: no penalty
	Suffix string  `json:"suffix,omitempty"`
}

// Scalar is the penalty.
func (l L2) Scalar(b *graph.Builder, params []*graph.Param) *G.Node {
	squares := []*G.Node{b.Zeros()}
	for _, p := range params {
		if p != nil && p.Trainable && strings.HasSuffix(p.Name, l.Suffix) {
			w := b.Param(p)
			squares = append(squares, b.Dot(w, w))
		}
	}
	return b.Scale(b.Sum(squares...), l.Lambda)
}

// Validate reports a Lambda that is negative or not finite.
func (l L2) Validate() error {
	if !(l.Lambda >= 0) || math.IsInf(l.Lambda, 0) {
		return fmt.Errorf("losses: L2: Lambda = %g, want ≥ 0 and finite", l.Lambda)
	}
	return nil
}
