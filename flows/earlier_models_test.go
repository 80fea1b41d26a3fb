package flows_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
)

// TestEarlierModels: files written before layers were registered by their Go types are read as the same models and written
// again unchanged. testdata/earlier holds the files and log p of five rows, computed by the program that wrote them.
func TestEarlierModels(t *testing.T) {
	const folder = "testdata/earlier"
	raw, err := os.ReadFile(filepath.Join(folder, "log_prob.json"))
	if err != nil {
		t.Fatal(err)
	}
	var known struct {
		Rows    [][]float64          `json:"rows"`
		LogProb map[string][]float64 `json:"log_prob"`
	}
	if err := json.Unmarshal(raw, &known); err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(len(known.Rows), 3, nil)
	for i, row := range known.Rows {
		x.SetRow(i, row)
	}
	if len(known.LogProb) != 6 {
		t.Fatalf("%d models, want 6", len(known.LogProb))
	}
	for name, want := range known.LogProb {
		tolerance := 1e-12
		if strings.Contains(name, "float32") {
			tolerance = 1e-5
		}
		f, err := flows.Load(filepath.Join(folder, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := f.LogProb(x)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, w := range want {
			if !(math.Abs(got[i]-w) <= tolerance*math.Max(1, math.Abs(w))) {
				t.Errorf("%s: row %d: log p %v, want %v", name, i, got[i], w)
			}
		}
		again := filepath.Join(t.TempDir(), name)
		if err := f.Save(again); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		was, err1 := os.ReadFile(filepath.Join(folder, name))
		is, err2 := os.ReadFile(again)
		if err1 != nil || err2 != nil || !bytes.Equal(was, is) {
			t.Errorf("%s: saved again it is %d bytes (%v, %v), want the same %d", name, len(is), err1, err2, len(was))
		}
	}
}
