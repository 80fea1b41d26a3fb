package drift_test

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"gaussflow/data"
	"gaussflow/drift"
)

// Two tables, here one and the same, are compared.
func ExampleCompare() {
	path := filepath.Join("..", "examples", "penguins.csv")
	before, err := data.Open(path, data.Options{})
	if err != nil {
		log.Fatal(err)
	}
	after, err := data.Open(path, data.Options{})
	if err != nil {
		log.Fatal(err)
	}
	r, err := drift.Compare(context.Background(), drift.Table{Rows: before, Name: "before"}, drift.Table{Rows: after, Name: "after"}, drift.Config{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Verdict(), "p", r.Say(r.P))
	for _, c := range r.Moved() {
		fmt.Println(c.Name, c.How)
	}
	// Output: No difference can be seen. p = 1
}
