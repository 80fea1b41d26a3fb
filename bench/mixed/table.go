package main

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// readTable reads a CSV file, gzipped where its name says so, for this comparison: text is a category, numbers are on the coarsest
// grid of decimals that holds them all, a column of one value, of row numbers or of texts that hardly come twice is left out.
func readTable(path string, leaveOut []string) (columns.Schema, *mat.Dense, error) {
	file, err := os.Open(path)
	if err != nil {
		return columns.Schema{}, nil, err
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return columns.Schema{}, nil, err
		}
	}
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return columns.Schema{}, nil, err
	}
	names, records := records[0], records[1:]
	var schema columns.Schema
	var cells [][]float64
	for j, name := range names {
		if slices.Contains(leaveOut, name) {
			continue
		}
		texts := make([]string, len(records))
		for i, rec := range records {
			texts[i] = rec[j]
		}
		if c, values := columnOf(name, texts); c.Modelled() {
			schema.Columns, cells = append(schema.Columns, c), append(cells, values)
		}
	}
	x := mat.NewDense(len(records), len(cells), nil)
	for j, values := range cells {
		x.SetCol(j, values)
	}
	schema.Rows = len(records)
	return schema, x, nil
}

func columnOf(name string, texts []string) (c columns.Column, values []float64) {
	c.Name, c.Kind = name, columns.Numbers
	counts := map[string]int{}
	for _, s := range texts {
		v, err := strconv.ParseFloat(s, 64)
		if s == "" || s == "NA" {
			v, err = math.NaN(), nil
			c.Missing++
		} else {
			counts[s]++
		}
		if err != nil {
			c.Kind = columns.Category
		}
		values = append(values, v)
	}
	switch {
	case len(counts) < 2:
		c.Kind = columns.Constant
	case c.Kind == columns.Numbers:
		numbers(&c, values, counts)
	case len(counts) > len(texts)/10:
		c.Kind = columns.Text
	default:
		levels(&c, texts, counts, values)
	}
	return c, values
}

func levels(c *columns.Column, texts []string, counts map[string]int, values []float64) {
	index := map[string]float64{}
	for s, n := range counts {
		c.Levels = append(c.Levels, columns.Level{Text: s, Count: n})
	}
	slices.SortFunc(c.Levels, func(a, b columns.Level) int { return strings.Compare(a.Text, b.Text) })
	for i, l := range c.Levels {
		index[l.Text] = float64(i)
	}
	for i, s := range texts {
		if v, ok := index[s]; ok {
			values[i] = v
		} else {
			values[i] = math.NaN()
		}
	}
}

// numbers finds a grid of at most three decimals, or else the values that have a probability of their own.
func numbers(c *columns.Column, values []float64, counts map[string]int) {
	there := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	c.Min, c.Max = slices.Min(there), slices.Max(there)
	for decimals := range 4 {
		unit := math.Pow10(-decimals)
		if !slices.ContainsFunc(there, func(v float64) bool { return math.Abs(v/unit-math.Round(v/unit)) > 1e-6 }) {
			c.Kind, c.Step = columns.Grid, unit*divisor(there, unit)
			break
		}
	}
	if c.Min >= 0 {
		zero := 0.0
		c.Lower = &zero
	}
	if c.Kind == columns.Grid {
		return
	}
	for s, n := range counts {
		if v, _ := strconv.ParseFloat(s, 64); n*100 > len(there) {
			c.Atoms = append(c.Atoms, columns.Atom{Value: v, Share: float64(n) / float64(len(there))})
		}
	}
	slices.SortFunc(c.Atoms, func(a, b columns.Atom) int { return int(math.Copysign(1, b.Share-a.Share)) })
}

// divisor is the greatest common divisor of the values in units.
func divisor(values []float64, unit float64) float64 {
	d := 0.0
	for _, v := range values {
		for v = math.Abs(math.Round(v / unit)); v > 0; d, v = v, math.Mod(d, v) {
		}
	}
	return max(d, 1)
}
