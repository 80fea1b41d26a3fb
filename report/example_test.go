package report_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/report"
	"gaussflow/tabular"
)

// A page is written that shows a table and a model of it.
func Example() {
	r := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(500, 2, nil)
	for i := range 500 {
		height := 170 + 8*r.NormFloat64()
		x.SetRow(i, []float64{height, 0.9*height - 85 + 9*r.NormFloat64()})
	}
	model, err := tabular.Fit(context.Background(), []string{"height_cm", "weight_kg"}, x, tabular.Config{Preset: tabular.Fast, Epochs: 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	var page bytes.Buffer // os.Stdout, or a file
	if err := report.Write(&page, report.Input{Model: model, Rows: x, Name: "people.csv"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.15s in less than 3 MB: %v\n", page.String(), page.Len() < 3e6)
	// Output: <!DOCTYPE html> in less than 3 MB: true
}
