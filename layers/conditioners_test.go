package layers_test

import (
	"math"
	"slices"
	"testing"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// TestConditioners runs the conformance suite on every conditioner.
func TestConditioners(t *testing.T) {
	for name, c := range map[string]struct {
		make    layers.MakeConditioner
		options layertest.ConditionerOptions
	}{
		"mlp, linear": {layers.MLPConfig{Hidden: []int{}}.New, layertest.ConditionerOptions{}},
		"mlp, relu":   {layers.MLPConfig{Hidden: []int{5, 4}, Activation: graph.Relu}.New, layertest.ConditionerOptions{Kinked: true}},
		"mlp, gelu":   {layers.MLPConfig{Hidden: []int{5, 4}, Activation: graph.Gelu}.New, layertest.ConditionerOptions{}},
		"waves": {func(in, out int) (layers.Conditioner, error) {
			return waves{graph.NewParam("w", graph.Float64, in, out)}, nil
		}, layertest.ConditionerOptions{}},
	} {
		t.Run(name, func(t *testing.T) { layertest.RunConditioner(t, c.make, c.options) })
	}
}

// TestFreshMaskedMLP: the hidden weights and biases begin between ±1/√in, so that units of one input bend at different places; what a
// configuration names is drawn instead.
func TestFreshMaskedMLP(t *testing.T) {
	of := layers.Autoregression{Order: []int{0, 1, 2}, Parts: []int{1}}
	hidden := func(c layers.MLPConfig) (kernel, bias []float64) {
		m, err := layers.NewMaskedMLP(of, c)
		errtest.None(t, err)
		return m.Params()[0].Values(), m.Params()[1].Values()
	}
	most := 1 / math.Sqrt(3)
	kernel, bias := hidden(layers.MLPConfig{})
	for what, values := range map[string][]float64{"weights": kernel, "biases": bias} {
		if low, high := slices.Min(values), slices.Max(values); !(low >= -most && low < -0.8*most && high <= most && high > 0.8*most) {
			t.Errorf("%s from %v to %v, want nearly ±%v", what, low, high, most)
		}
	}
	kernel, bias = hidden(layers.MLPConfig{Kernel: initializers.Normal, Bias: initializers.Zeros})
	if slices.Max(bias) != 0 || slices.Max(kernel) > 0.3 {
		t.Errorf("biases up to %v, weights up to %v, want zeros and numbers of size 0.05", slices.Max(bias), slices.Max(kernel))
	}
}
