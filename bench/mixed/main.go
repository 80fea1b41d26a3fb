package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/mixed"
)

func main() {
	folder := flag.String("data", "../shared/data/tables", "folder of the tables")
	names := flag.String("tables", "penguins.csv,california_housing.csv.gz,diamonds.csv.gz,weather.csv.gz", "their names")
	most := flag.Int("rows", 10000, "rows of a table at most, drawn at random")
	seed := flag.Uint64("seed", 1, "of the draws and of the fits")
	flag.Parse()
	fmt.Println("held-out log p, nats a row")
	for _, name := range strings.Split(*names, ",") {
		if err := compare(filepath.Join(*folder, name), *most, *seed); err != nil {
			log.Fatal(name, ": ", err)
		}
	}
}

func compare(path string, most int, seed uint64) error {
	schema, x, err := readTable(path, []string{"rownames"})
	if err != nil {
		return err
	}
	fitted, held := divide(x, most, seed)
	began := time.Now()
	m, err := mixed.Fit(context.Background(), schema, fitted, mixed.Config{Seed: seed})
	if err != nil {
		return err
	}
	took := time.Since(began)
	lp, err := m.LogProb(held)
	if err != nil {
		return err
	}
	n, d := fitted.Dims()
	fmt.Printf("%-28s %6d×%-3d fit %5.1fs epochs %d/%d  valid %8.3f independent %8.3f  held-out %8.3f  %v  %.1fs\n", filepath.Base(path), n, d, took.Seconds(),
		m.Facts.BestEpoch, m.Facts.Epochs, m.Facts.LogProb, m.Facts.Independent, stat.Mean(lp, nil), m.Facts.Warnings, time.Since(began).Seconds()-took.Seconds())
	return nil
}

// divide draws at most so many rows and cuts a fifth of them off.
func divide(x *mat.Dense, most int, seed uint64) (fitted, held *mat.Dense) {
	n, d := x.Dims()
	perm := rand.New(rand.NewPCG(seed, 1)).Perm(n)
	perm = perm[:min(most, n)]
	fitted, held = mat.NewDense(len(perm)-len(perm)/5, d, nil), mat.NewDense(len(perm)/5, d, nil)
	for r, i := range perm {
		if k, _ := held.Dims(); r < k {
			held.SetRow(r, x.RawRowView(i))
		} else {
			fitted.SetRow(r-k, x.RawRowView(i))
		}
	}
	return fitted, held
}
