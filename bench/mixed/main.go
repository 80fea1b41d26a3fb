package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/mixed"
)

func main() {
	folder := flag.String("data", "../shared/data/tables", "folder of the tables")
	names := flag.String("tables", "penguins.csv,california_housing.csv.gz,diamonds.csv.gz,weather.csv.gz", "their names")
	most := flag.Int("rows", 10000, "rows of a table at most, drawn at random")
	seed := flag.Uint64("seed", 1, "of the draws and of the fits")
	out := flag.String("o", "", "folder to write the rows fitted to and held out to, for trees.py; empty: none")
	points := flag.Bool("dequantized", true, "fit the flow of dequantized cells too, which takes longest")
	waves := flag.Bool("waves", false, "let package mixed's network read waves")
	flag.Parse()
	if *out != "" {
		if err := os.MkdirAll(*out, 0o755); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("held-out log p, nats a row")
	for _, name := range strings.Split(*names, ",") {
		if err := compare(filepath.Join(*folder, name), *out, *most, *points, mixed.Config{Seed: *seed, Waves: *waves}); err != nil {
			log.Fatal(name, ": ", err)
		}
	}
}

func compare(path, out string, most int, withPoints bool, c mixed.Config) error {
	schema, x, err := readTable(path, []string{"rownames"})
	if err != nil {
		return err
	}
	fitted, held := divide(x, most, c.Seed)
	began := time.Now()
	m, err := mixed.Fit(context.Background(), schema, fitted, c)
	if err != nil {
		return err
	}
	took := time.Since(began)
	shareAtoms(&schema, m)
	lp, err := m.LogProb(held)
	if err != nil {
		return err
	}
	alone, err := independent(m, held)
	if err != nil {
		return err
	}
	points := math.NaN()
	if withPoints {
		if points, err = logProbDequantized(&schema, fitted, held, c.Seed); err != nil {
			return err
		}
	}
	n, d := fitted.Dims()
	slices.Sort(lp)
	fmt.Printf("%-26s %6d×%-3d epoch %3d of %3d %6.1f s   mixed %9.3f   dequantized %9.3f   independent %9.3f   of the %d that chose the epoch: mixed %9.3f   least %.1f\n",
		filepath.Base(path), n, d, m.Facts.BestEpoch, m.Facts.Epochs, took.Seconds(), stat.Mean(lp, nil), points, stat.Mean(alone, nil),
		m.Facts.ValidationRows, m.Facts.LogProb, lp[0])
	if out == "" {
		return nil
	}
	return writeTables(filepath.Join(out, strings.SplitN(filepath.Base(path), ".", 2)[0]), schema, fitted, held)
}

// shareAtoms gives the schema the values to which m gives a probability, for the other models: a density there and a probability cannot
// be compared.
func shareAtoms(schema *columns.Schema, m *mixed.Model) {
	schema.Columns = slices.Clone(schema.Columns) // m has the others
	for i := range schema.Columns {
		c := &schema.Columns[i]
		c.Atoms = nil
		for _, v := range m.Atoms(c.Name) {
			c.Atoms = append(c.Atoms, columns.Atom{Value: v})
		}
	}
}

// writeTables writes the files that trees.py reads.
func writeTables(stem string, schema columns.Schema, fitted, held *mat.Dense) error {
	return errors.Join(
		writeTable(stem+"-fitted.csv", schema, fitted), writeTable(stem+"-held.csv", schema, held), writeSchema(stem+"-schema.json", &schema))
}

// independent is log p of each row for independent columns: the sum of log p of each cell alone.
func independent(m *mixed.Model, x *mat.Dense) ([]float64, error) {
	n, d := x.Dims()
	sum := make([]float64, n)
	for j := range d {
		alone := mat.NewDense(n, d, slices.Repeat([]float64{math.NaN()}, n*d))
		alone.SetCol(j, mat.Col(nil, j, x))
		lp, err := m.LogProb(alone)
		if err != nil {
			return nil, err
		}
		floats.Add(sum, lp)
	}
	return sum, nil
}

// writeTable writes rows as numbers, categories as the indices of their levels, a missing cell as nothing; derived columns come
// last.
func writeTable(path string, schema columns.Schema, x *mat.Dense) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	err = w.Write(namesOf(schema))
	n, _ := x.Dims()
	for i := range n {
		var record []string
		for _, v := range derived(schema, x.RawRowView(i)) {
			text := ""
			if !math.IsNaN(v) {
				text = strconv.FormatFloat(v, 'g', 12, 64)
			}
			record = append(record, text)
		}
		err = errors.Join(err, w.Write(record))
	}
	w.Flush()
	return errors.Join(err, w.Error(), file.Close())
}

func writeSchema(path string, schema *columns.Schema) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(schema.Write(file), file.Close())
}

// namesOf are the names of the modelled columns followed by those of derived columns.
func namesOf(schema columns.Schema) (names []string) {
	for _, c := range schema.Modelled() {
		names = append(names, c.Name)
	}
	for _, c := range schema.Columns {
		if c.Kind == columns.Derived {
			names = append(names, c.Name)
		}
	}
	return names
}

// divide draws at most so many rows and holds out a fifth of them.
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
