package flows_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/train"
)

// A density of two columns, the second of which depends on the first: from rows to log p and samples.
func Example() {
	rng := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(2000, 2, nil)
	for i := range 2000 {
		a := rng.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.5*rng.NormFloat64()})
	}

	flow, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 2, Hidden: []int{16}, Seed: 11})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := flow.InitFrom(x, initializers.IGConfig{}); err != nil {
		log.Fatal(err)
	}
	if err := flow.Compile(train.Config{Optimizer: train.Adam{LearningRate: 5e-3}}); err != nil {
		log.Fatal(err)
	}
	history, err := flow.Fit(context.Background(), x, train.FitConfig{Epochs: 10, BatchSize: 128, ValidationSplit: 0.1, Workers: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("epochs:", len(history.Loss), "loss fell:", history.Loss[9] < history.Loss[0])

	lp, err := flow.LogProb(mat.NewDense(2, 2, []float64{1, 1, 1, -3}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("a row on the curve is likelier than one off it:", lp[0] > lp[1]+3)

	rows, err := flow.Sample(3, rng)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows.Dims())
	// Output:
	// epochs: 10 loss fell: true
	// a row on the curve is likelier than one off it: true
	// 3 2
}
