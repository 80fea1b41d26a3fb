package tabular_test

import (
	"context"
	"io"
	"math"
	"strings"
	"testing"

	"gaussflow/tabular"
)

// TestLimits: settings that are far too large, as after a typing error, are refused before they cost memory.
func TestLimits(t *testing.T) {
	x := curve(40, 2, 1)
	for what, c := range map[string]tabular.Config{
		"workers": {Workers: 1_000_000_000}, "blocks": {Blocks: 100_000_000}, "blocks together": {Blocks: 60_000}, "components": {Components: 100_000_000},
		"a width": {Hidden: []int{1 << 30}}, "widths": {Hidden: make([]int, 1<<20)}, "blocks of a family": {Family: tabular.Rotated, Blocks: 1 << 30},
	} {
		if m, err := tabular.Fit(context.Background(), names(2), x, c); err == nil {
			t.Errorf("%s: a model %v, want an error", what, m)
		}
	}
}

// TestQuanta: a model whose facts give a column an impossible step of its grid is refused.
func TestQuanta(t *testing.T) {
	m := fit(t, curve(40, 2, 1), quick)
	for _, step := range []float64{1e308, -1, math.NaN()} {
		m.Quanta[0] = step
		if err := m.SaveTo(io.Discard); err == nil || !strings.Contains(err.Error(), "grid of step") {
			t.Errorf("%g: %v", step, err)
		}
	}
}
