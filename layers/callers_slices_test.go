package layers_test

import (
	"reflect"
	"testing"

	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// TestSlicesStayTheCallers: a layer stays what it was made as, whatever the caller does afterwards with the slices that it was made of
// and those that it returns. Somebody who turns one order round from layer to layer would otherwise turn those of all layers.
func TestSlicesStayTheCallers(t *testing.T) {
	order, mask, hidden := []int{0, 1, 2}, layers.Mask{true, false, false}, []int{4, 6}
	columns, links := []layers.Column{layers.Log(0), layers.Everywhere(), layers.Log(1)}, []layers.Bijector{permutation(0, 2, 1), permutation(2, 0, 1)}
	mlp := layers.MLPConfig{Hidden: hidden}
	autoregressive := errtest.Must(layers.NewAutoregressive(3, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Order: order, Conditioner: mlp.Masked}))
	coupling := errtest.Must(layers.NewCoupling(3, layers.CouplingConfig{Transform: transforms.Affine{}, Mask: mask, Conditioner: mlp.New}))
	mixture := errtest.Must(layers.NewMixtureCDFCoupling(3, layers.MixtureCDFCouplingConfig{Mask: mask, MLP: mlp}))
	lu := errtest.Must(layers.NewLU(3, layers.LUConfig{Order: order}))
	permuted := permutation(order...)
	support := errtest.Must(layers.NewSupport(columns...))
	chain := errtest.Must(layers.NewChain(links...))
	all := []layers.Bijector{autoregressive, coupling, mixture, lu, permuted, support, chain}
	before := descriptions(t, all)

	for _, of := range [][]int{order, autoregressive.Config().Order, lu.Config().Order, permuted.Config().Order, hidden,
		autoregressive.Conditioner().(*layers.MaskedMLP).Config().Hidden, coupling.Conditioner().(*layers.MLP).Config().Hidden, mixture.Config().MLP.Hidden} {
		clear(of)
	}
	for _, of := range []layers.Mask{mask, coupling.Config().Mask, mixture.Config().Mask} {
		clear(of)
	}
	clear(columns)
	clear(support.Config().Columns)
	clear(links)
	clear(chain.Layers())

	for i, now := range descriptions(t, all) {
		if !reflect.DeepEqual(now, before[i]) {
			t.Errorf("%T: described as %s, want %s as it was made", all[i], now.Config, before[i].Config)
		}
	}
}

func permutation(order ...int) *layers.Permutation { return errtest.Must(layers.NewPermutation(order)) }

func descriptions(t *testing.T, all []layers.Bijector) (of []layers.Description) {
	t.Helper()
	for _, b := range all {
		d, err := layers.Describe(b)
		errtest.None(t, err)
		of = append(of, d)
	}
	return of
}
