package flows_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/train"
)

// A file that need not fit in memory is standardized, trained on and scored; each step reads it from the start.
func ExampleFlow_FitSource() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "moons.csv.gz")
	moons, err := data.Toy("moons", 3000, 1)
	if err != nil {
		log.Fatal(err)
	}
	if err := moons.Write(path); err != nil {
		log.Fatal(err)
	}

	file, err := data.Open(path, data.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	standardize, err := layers.NewStandardizeFrom(train.Batches(ctx, file, 4096), layers.AffineConfig{})
	if err != nil {
		log.Fatal(err)
	}
	recipe, err := flows.NewCoupling(file.Dim(), flows.CouplingConfig{Blocks: 1, Hidden: []int{16}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	flow, err := flows.New(append([]flows.Named{{Name: "standardize", Layer: standardize}}, recipe.Layers()...)...)
	if err != nil {
		log.Fatal(err)
	}
	if err := flow.Compile(train.Config{Optimizer: train.Adam{LearningRate: 1e-2}}); err != nil {
		log.Fatal(err)
	}
	history, err := flow.FitSource(ctx, file, train.FitConfig{Epochs: 8, BatchSize: 256, ShuffleRows: 1000, Workers: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("epochs:", len(history.Loss), "loss fell:", history.Loss[7] < history.Loss[0])

	rows, total := 0, 0.0
	for logProb, err := range flow.LogProbSource(ctx, file) {
		if err != nil {
			log.Fatal(err)
		}
		rows++
		total += logProb
	}
	fmt.Println("rows:", rows, "mean log p above −2.5:", total/float64(rows) > -2.5)
	// Output:
	// epochs: 8 loss fell: true
	// rows: 3000 mean log p above −2.5: true
}
