package tabular_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/tabular"
)

// Heights in centimetres and weights in kilograms: which of two rows is odd, and by how much?
func Example() {
	rng := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(1000, 2, nil)
	for i := range 1000 {
		height := 170 + 9*rng.NormFloat64()
		x.SetRow(i, []float64{height, 0.9*height - 85 + 7*rng.NormFloat64()})
	}
	model, err := tabular.Fit(context.Background(), []string{"height", "weight"}, x, tabular.Config{Preset: tabular.Fast, Workers: 1})
	if err != nil {
		log.Fatal(err)
	}
	lp, err := model.LogProb(mat.NewDense(2, 2, []float64{170, 68, 155, 90}))
	if err != nil {
		log.Fatal(err)
	}
	tail := model.TailProbability(lp)
	fmt.Println("an ordinary row is among the likely half:", tail[0] > 0.5)
	fmt.Println("short and heavy is odder than 99 rows of 100:", tail[1] < 0.01)
	// Output:
	// an ordinary row is among the likely half: true
	// short and heavy is odder than 99 rows of 100: true
}
