package initializers_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"

	"gaussflow/initializers"
)

// TestMixtureAgainstScikitLearn: on every numeric column of the tables, the fit is at most 1e-3 nats a row below
// scikit-learn's (testdata/columns.py writes the columns and its scores).
func TestMixtureAgainstScikitLearn(t *testing.T) {
	f, err := os.Open("testdata/columns.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(z)
	r.FieldsPerRecord = -1
	columns := 0
	for ; ; columns++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var numbers []float64
		for _, cell := range record[2:] {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, v)
		}
		want, values := numbers[0], numbers[1:]
		fit, err := initializers.FitMixture(values, initializers.MixtureConfig{Components: 8})
		if err != nil {
			t.Fatalf("%s, column %s: %v", record[0], record[1], err)
		}
		if fit.LogLikelihood < want-1e-3 {
			t.Errorf("%s, column %s: mean log-likelihood %.4f, scikit-learn %.4f (%+.4f)", record[0], record[1], fit.LogLikelihood, want, fit.LogLikelihood-want)
		}
	}
	if columns < 100 {
		t.Errorf("read %d columns, want all tables", columns)
	}
}
