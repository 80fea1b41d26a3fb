package data_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gaussflow/data"
)

// shared finds the folder of reference tables beside the project, or skips the test.
func shared(t *testing.T, path string) string {
	t.Helper()
	path = filepath.Join("..", "..", "shared", "data", path)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no reference tables here: %v", err)
	}
	return path
}

func TestAnomalyTables(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(shared(t, "adbench"), "*.npz"))
	if err != nil || len(paths) != 8 {
		t.Fatalf("%d tables, want 8; %v", len(paths), err)
	}
	for _, path := range paths {
		x, y := readAll(t, path, data.Options{}), readAll(t, path, data.Options{Key: "y"})
		if x.Rows() != y.Rows() || y.Dim() != 1 || x.Dim() < 3 {
			t.Errorf("%s: X is %d×%d, y %d×%d", path, x.Rows(), x.Dim(), y.Rows(), y.Dim())
		}
		columns, err := data.Inspect(t.Context(), x)
		if err != nil || len(columns) != x.Dim() {
			t.Errorf("%s: %d columns, %v", path, len(columns), err)
		}
	}
}

func TestRealTables(t *testing.T) {
	for name, want := range map[string]struct{ rows, cols, categories, missing int }{
		"california_housing.csv.gz": {20640, 9, 0, 0},
		"diamonds.csv.gz":           {53940, 11, 3, 0},
		"weather.csv.gz":            {26115, 16, 2, 7},
		"penguins.csv":              {344, 9, 3, 4},
	} {
		f := open(t, shared(t, filepath.Join("tables", name)), data.Options{})
		var category *data.CategoryError
		var missing *data.MissingError
		_, err := f.ReadAll()
		errors.As(err, &category)
		errors.As(err, &missing)
		categories := 0
		if category != nil {
			categories = len(category.Columns)
			var names []string
			for _, c := range category.Columns {
				names = append(names, c.Name)
			}
			if f, err = f.Except(names...); err != nil {
				t.Fatal(err)
			}
			_, err = f.ReadAll()
			errors.As(err, &missing)
		}
		bad := 0
		if missing != nil {
			bad = len(missing.Columns)
		}
		rows := 0
		if missing != nil {
			rows = missing.Rows
		} else if all, err := f.ReadAll(); err == nil {
			rows = all.Rows()
		}
		if cols := len(f.Header()); rows != want.rows || cols != want.cols || categories != want.categories || bad != want.missing {
			t.Errorf("%s: %d rows, %d columns, %d of categories, %d with missing cells, want %+v\n%v",
				name, rows, len(f.Header()), categories, bad, want, err)
		}
	}
}

// TestSharedMoons: the true log-density of the reference table, up to the constant of its standardization.
func TestSharedMoons(t *testing.T) {
	table := readAll(t, shared(t, "moons_train.csv"), data.Options{Columns: []string{"true_log_prob"}})
	sum := 0.0
	for i := range table.Rows() {
		sum += table.X.At(i, 0)
	}
	if got := fmt.Sprintf("%.4f", sum/float64(table.Rows())); got != "-1.1256" || math.IsNaN(sum) {
		t.Errorf("mean of the column %s, want -1.1256", got)
	}
}
