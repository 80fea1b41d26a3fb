package tabular_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gaussflow/data"
	"gaussflow/tabular"
)

// From a data file to a model file, and the questions that a model answers: the README's example.
func ExampleLoad() {
	sizes := []string{"bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"}
	file, err := data.Open("../examples/penguins.csv", data.Options{Columns: sizes, DropMissing: true})
	if err != nil {
		log.Fatal(err)
	}
	table, err := file.ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	config := tabular.Config{Preset: tabular.Fast, Workers: 1} // for your own table, start with tabular.Config{}
	model, err := tabular.Fit(context.Background(), table.Names, table.X, config)
	if err != nil {
		log.Fatal(err)
	}

	folder, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "penguins.gflow")
	if err = model.Save(path); err != nil {
		log.Fatal(err)
	}
	if model, err = tabular.Load(path); err != nil {
		log.Fatal(err)
	}

	logProb, err := model.LogProb(table.X)
	if err != nil {
		log.Fatal(err)
	}
	odd := 0
	for _, share := range model.TailProbability(logProb) {
		if share < 0.05 {
			odd++
		}
	}
	rows, err := model.Sample(1000, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		log.Fatal(err)
	}
	n, d := rows.Dims()
	fmt.Println("rows:", table.Rows(), "left out:", table.Dropped)
	fmt.Println("on a grid:", model.Warnings[0].Columns)
	fmt.Println("of the rows fitted to, at most one in twenty is as odd as the oddest 5% of others:", odd <= table.Rows()/20)
	fmt.Println("sampled:", n, "rows of", d)
	// Output:
	// rows: 342 left out: 2
	// on a grid: [bill_depth_mm flipper_length_mm body_mass_g]
	// of the rows fitted to, at most one in twenty is as odd as the oddest 5% of others: true
	// sampled: 1000 rows of 4
}
