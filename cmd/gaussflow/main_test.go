package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/tabular"
)

var update = flag.Bool("update", false, "write the golden files of testdata/script anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gaussflow": faultyMain})
}

// TestScripts runs the program as its users do. In each script's folder there are moons.csv, 300 rows of x1, x2, penguins.csv of the examples, shop.db, an SQLite file,
// moons.gflow, a small model of them, plain.gflow, a flow without the facts of a table, peaks.gflow and conditional.gflow: see peaks and conditional, and weights that Keras has saved, see
// flows/testdata/keras.
//
// All that it says on standard error meanwhile is for people: see checkMessage.
func TestScripts(t *testing.T) {
	folder := t.TempDir()
	t.Cleanup(func() { checkSaid(t, folder) }) // runs after the scripts, which are parallel subtests
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(saidIn, folder)
			fitted, err := moons()
			if err != nil {
				return err
			}
			keras := filepath.Join("..", "..", "flows", "testdata", "keras")
			for folder, names := range map[string][]string{
				fitted: {"moons.csv", "moons.gflow", "plain.gflow"}, filepath.Join("..", "..", "examples"): {"penguins.csv"}, filepath.Join("..", "..", "data", "sql", "testdata"): {"shop.db"}, filepath.Join("..", "..", "data", "testdata"): {"nested.parquet"}, keras: {"coupling.weights.h5", "coupling.npz"},
			} {
				for _, name := range names {
					raw, err := os.ReadFile(filepath.Join(folder, name))
					if err != nil {
						return err
					}
					if err = os.WriteFile(filepath.Join(env.WorkDir, name), raw, 0o666); err != nil {
						return err
					}
				}
			}
			return errors.Join(peaks(filepath.Join(env.WorkDir, "peaks.gflow")), conditional(filepath.Join(env.WorkDir, "conditional.gflow")))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "near": near, "cut": cut, "rows": hasRows, "types": hasTypes,
		},
	})
}

// peaks writes a model of one column x with two narrow peaks at ±200; the column's standard deviation is 200. Between the
// peaks the model's map is flat.
func peaks(path string) error {
	layer, err := layers.NewMixtureCDF(1, layers.MixtureCDFConfig{Components: 2})
	if err != nil {
		return err
	}
	if err = layer.Params()[1].Set([]float64{-200, 200}); err != nil {
		return err
	}
	flow, err := flows.New(flows.Named{Name: "peaks", Layer: layer})
	if err != nil {
		return err
	}
	facts := tabular.Facts{Columns: []tabular.Column{{Column: data.Column{Name: "x", Std: 200, Distinct: 100}}}, Quanta: []float64{0}, Reference: tabular.Quantiles{0}}
	return (&tabular.Model{Flow: flow, Facts: facts}).Save(path)
}

// conditional writes a flow of x1 and x2 given y, as a user's Go program would; it is fresh, except for its rotation.
func conditional(path string) error {
	flow, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 1, Components: 2, Hidden: []int{4}, Context: 1, Seed: 1})
	if err != nil {
		return err
	}
	flow.Metadata.Columns = []string{"x1", "x2", "y"}
	return flow.Save(path)
}

// moons returns a folder with a table and a model fitted to it, which all tests share.
var moons = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "gaussflow")
	if err != nil {
		return "", err
	}
	table, err := data.Toy("moons", 300, 1)
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "moons.csv")
	if err = table.Write(path); err != nil {
		return "", err
	}
	args := append([]string{"fit", path, "-o", filepath.Join(folder, "moons.gflow")}, small...)
	if code := run(args, io.Discard, io.Discard); code != exitOK {
		return "", fmt.Errorf("fit: exit code %d", code)
	}
	flow, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 1, Components: 2, Seed: 1})
	if err != nil {
		return "", err
	}
	return folder, flow.Save(filepath.Join(folder, "plain.gflow"))
})

// workFolder is a folder with moons.csv and moons.gflow.
func workFolder(t *testing.T) string {
	t.Helper()
	from, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, name := range []string{"moons.csv", "moons.gflow"} {
		raw, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), raw, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// small is a fit that takes a fraction of a second.
var small = []string{"--preset", "fast", "--hidden", "8", "--epochs", "3", "--seed", "1", "--workers", "1"}

// checkSaid checks what the program has written to standard error, as recorded in a folder.
func checkSaid(t *testing.T, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Errorf("nothing was said: %v", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var s said
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		if faults := checkMessage(s.Asked, s.Text); faults != nil && s.Asked[0] != cobra.ShellCompRequestCmd {
			t.Errorf("%q: %v: %s", s.Asked, faults, s.Text)
		}
	}
}
