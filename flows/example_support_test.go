package flows_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/layers"
)

// A table of proportions and waiting times: the flow gives no density to values outside of their ranges, and a row that lies
// there has log p = −Inf, which is not an error.
func ExampleFlow_LogProb_support() {
	rng := rand.New(rand.NewPCG(1, 2))
	table := mat.NewDense(500, 2, nil)
	for i := range 500 {
		table.SetRow(i, []float64{rng.Float64() * rng.Float64(), rng.ExpFloat64()})
	}
	ends, err := layers.NewSupport(layers.Logit(0, 1), layers.Log(0))
	if err != nil {
		log.Fatal(err)
	}
	marginal, err := layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: 3})
	if err != nil {
		log.Fatal(err)
	}
	flow, err := flows.New(flows.Named{Name: "ends", Layer: ends}, flows.Named{Name: "marginal", Layer: marginal})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := flow.InitFrom(table, initializers.IGConfig{}); err != nil {
		log.Fatal(err)
	}
	logProb, err := flow.LogProb(mat.NewDense(3, 2, []float64{0.2, 1, 1.5, 1, 0.2, -1}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(logProb[0] > -3, logProb[1:])
	// Output: true [-Inf -Inf]
}

// Layers are frozen by name, and parameters go from one flow to another.
func ExampleFlow_SetTrainable() {
	flow, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 2, Components: 2})
	if err != nil {
		log.Fatal(err)
	}
	if err := flow.SetTrainable(false, "block0.rotation", "block0.marginal.means"); err != nil {
		log.Fatal(err)
	}
	fmt.Print(flow.Summary())
	for _, w := range flow.Weights()[:2] {
		fmt.Println(w.Name, w.Shape)
	}
	// Output:
	// Layer (type)                   Output shape  Params
	// block0.rotation (householder)  (N, 2)        4
	// block0.marginal (mixture_cdf)  (N, 2)        12
	// block1.rotation (householder)  (N, 2)        4
	// block1.marginal (mixture_cdf)  (N, 2)        12
	// Total params: 32, trainable: 24, fixed: 8, dtype: float64
	// block0.rotation.v [2 2]
	// block0.marginal.logits [2 2]
}
