package flows_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// The well-known flows of the literature, each fitted to rows whose second column is bent by the first one.

// RealNVP (Dinh et al. 2017, arXiv:1605.08803): affine couplings of alternating halves.
func ExampleNewCoupling_realNVP() {
	x := banana(600)
	flow, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 2, Transform: transforms.Affine{}, NoRotation: true, Hidden: []int{16, 16}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("near the entropy:", excess(flow, x) < 0.1)
	// Output: near the entropy: true
}

// A neural spline flow (Durkan et al. 2019, arXiv:1906.04032): couplings by rational-quadratic splines,
// whose networks have short cuts.
func ExampleNewCoupling_neuralSplineFlow() {
	x := banana(600)
	flow, err := flows.NewCoupling(2, flows.CouplingConfig{
		Blocks: 2, Transform: transforms.RationalQuadraticSpline{Bins: 8, Bound: 5}, NoRotation: true, Hidden: []int{16, 16, 16}, Residual: true, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("near the entropy:", excess(flow, x) < 0.2)
	// Output: near the entropy: true
}

// A masked autoregressive flow (Papamakarios et al. 2017, arXiv:1705.07057): a density in one pass a layer. The order turns round
// from layer to layer.
func Example_maskedAutoregressiveFlow() {
	x := banana(600)
	var stack []flows.Named
	for i, order := range [][]int{{0, 1}, layers.Reversed(2)} {
		layer, err := layers.NewAutoregressive(2, layers.AutoregressiveConfig{
			Transform: transforms.Affine{}, Order: order, Conditioner: layers.MLPConfig{Hidden: []int{16, 16}, Seed: uint64(i)}.Masked})
		if err != nil {
			log.Fatal(err)
		}
		stack = append(stack, flows.Named{Name: fmt.Sprintf("maf%d", i), Layer: layer})
	}
	flow, err := flows.New(stack...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("near the entropy:", excess(flow, x) < 0.1)
	// Output: near the entropy: true
}

// An autoregressive neural spline flow: the masked autoregressive flow with splines as its transforms.
func Example_autoregressiveSplineFlow() {
	x := banana(600)
	layer, err := layers.NewAutoregressive(2, layers.AutoregressiveConfig{
		Transform: transforms.RationalQuadraticSpline{Bound: 5}, Conditioner: layers.MLPConfig{Hidden: []int{16, 16}}.Masked})
	if err != nil {
		log.Fatal(err)
	}
	flow, err := flows.New(flows.Named{Name: "spline", Layer: layer})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("near the entropy:", excess(flow, x) < 0.2)
	// Output: near the entropy: true
}

// An inverse autoregressive flow (Kingma et al. 2016, arXiv:1606.04934): a sample in one pass a layer, with its log-density.
func Example_inverseAutoregressiveFlow() {
	var stack []flows.Named
	for i, order := range [][]int{{0, 1}, layers.Reversed(2)} {
		layer, err := layers.NewAutoregressive(2, layers.AutoregressiveConfig{
			Transform: transforms.Affine{}, FastSampling: true, Order: order, Conditioner: layers.MLPConfig{Hidden: []int{16}, Seed: uint64(i)}.Masked})
		if err != nil {
			log.Fatal(err)
		}
		stack = append(stack, flows.Named{Name: fmt.Sprintf("iaf%d", i), Layer: layer})
	}
	flow, err := flows.New(stack...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("near the entropy:", excess(flow, banana(600)) < 0.15)
	rows, logProb, err := flow.SampleAndLogProb(3, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	n, d := rows.Dims()
	fmt.Println(n, d, len(logProb))
	// Output:
	// near the entropy: true
	// 3 2 3
}

// banana draws n rows x₁ = u, x₂ = (u² − 1 + v/2)/1.5 of normal u and v. Both columns have a scale near 1, which suits the
// interval of splines.
func banana(n int) *mat.Dense {
	rng := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		u := rng.NormFloat64()
		x.SetRow(i, []float64{u, (u*u - 1 + 0.5*rng.NormFloat64()) / 1.5})
	}
	return x
}

// excess trains a flow on the rows of banana and returns by how many nats a row it misses their entropy.
func excess(flow *flows.Flow, x *mat.Dense) float64 {
	if err := flow.Compile(train.Config{Optimizer: train.Adam{LearningRate: 5e-3}}); err != nil {
		log.Fatal(err)
	}
	history, err := flow.Fit(context.Background(), x, train.FitConfig{Epochs: 15, BatchSize: 32, Workers: 1})
	if err != nil {
		log.Fatal(err)
	}
	return history.Loss[14] - (math.Log(0.5/1.5) + 1 + math.Log(2*math.Pi))
}
