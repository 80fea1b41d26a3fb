package main

import (
	"io"
	"math"
	"testing"
)

// TestTrade: the points that the program finds lie near the best possible trade-off, and the figure is written.
func TestTrade(t *testing.T) {
	fit, judge := draw(2000, 1), draw(4000, 2)
	for _, weight := range []float64{0, 1, 10} {
		p, err := trade(fit, judge, weight, 40)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.error-p.bestError) > 0.06 || math.Abs(p.shared.Value-p.bestShared) > 0.04 {
			t.Errorf("weight %g: error %.3f, shared %.3f, want %.3f, %.3f", weight, p.error, p.shared.Value, p.bestError, p.bestShared)
		}
	}
	if err := run(io.Discard, t.TempDir(), 400, 2); err != nil {
		t.Fatal(err)
	}
}
