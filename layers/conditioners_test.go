package layers_test

import (
	"testing"

	"gaussflow/graph"
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
