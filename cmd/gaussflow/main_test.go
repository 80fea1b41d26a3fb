package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gaussflow/data"
)

var update = flag.Bool("update", false, "write the golden files of testdata/script anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gaussflow": faultyMain})
}

// TestScripts runs the program as its users do. In each script's folder there are moons.csv, 300 rows of x1, x2, and
// moons.gflow, a small model of them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			fitted, err := moons()
			if err != nil {
				return err
			}
			for _, name := range []string{"moons.csv", "moons.gflow"} {
				raw, err := os.ReadFile(filepath.Join(fitted, name))
				if err != nil {
					return err
				}
				if err = os.WriteFile(filepath.Join(env.WorkDir, name), raw, 0o666); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "near": near, "cut": cut, "rows": rows,
		},
	})
}

// moons is a folder with a table and a model fitted to it, once for all tests.
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
	return folder, nil
})

// small is a fit that takes a fraction of a second.
var small = []string{"--preset", "fast", "--hidden", "8", "--epochs", "3", "--seed", "1", "--workers", "1"}
