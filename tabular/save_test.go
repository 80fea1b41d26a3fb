package tabular_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/tabular"
)

// dropping is a fit to three columns, the second of which is constant and therefore dropped.
func dropping(t *testing.T) (*tabular.Model, *mat.Dense) {
	t.Helper()
	x := curve(60, 3, 8)
	for i := range 60 {
		x.Set(i, 1, 4)
	}
	c := quick
	c.DropConstant = true
	return fit(t, x, c), x
}

// TestSaveLoad: a model that is read back computes the same numbers and has the same facts, except for the time that the fit took.
func TestSaveLoad(t *testing.T) {
	m, x := dropping(t)
	path := filepath.Join(t.TempDir(), "m.gflow")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := tabular.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(logProb(t, back, x), logProb(t, m, x)) {
		t.Error("log p differs")
	}
	facts := m.Facts
	facts.Training.Seconds = 0
	history := *facts.Training.History
	history.Seconds = make([]float64, len(history.Epoch))
	facts.Training.History = &history
	if !reflect.DeepEqual(asJSON(t, back.Facts), asJSON(t, facts)) {
		t.Errorf("got %s\nwant %s", asJSON(t, back.Facts), asJSON(t, facts))
	}
	flow, err := flows.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"x0", "x2"}; !slices.Equal(flow.Metadata.Columns, want) || !slices.Equal(back.Kept(), want) {
		t.Errorf("columns %q and %q, want %q", flow.Metadata.Columns, back.Kept(), want)
	}
	if m.Training.Seconds == 0 || m.Flow.Metadata.Extra != nil {
		t.Error("Save has changed the model")
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestSameFile: the same fit gives the same bytes.
func TestSameFile(t *testing.T) {
	if a, b := saved(t, fit(t, curve(60, 2, 9), quick)), saved(t, fit(t, curve(60, 2, 9), quick)); !bytes.Equal(a, b) {
		t.Error("two fits of one seed are saved as different files")
	}
}

func saved(t *testing.T, m *tabular.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.SaveTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLoadTruncated: no proper prefix of a model file is a model.
func TestLoadTruncated(t *testing.T) {
	whole := saved(t, fit(t, curve(60, 1, 9), quick))
	path := filepath.Join(t.TempDir(), "m.gflow")
	for n := 0; n < len(whole); n += 29 { // in steps, because the tests of package flows try every length
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := tabular.Load(path); err == nil {
			t.Fatalf("the first %d of %d bytes are read as a model", n, len(whole))
		}
	}
}

func TestLoadFlowAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gflow")
	if err := fit(t, curve(60, 2, 9), quick).Flow.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := tabular.Load(path); !errors.Is(err, tabular.ErrNoTable) {
		t.Errorf("%v, want ErrNoTable", err)
	}
}

// TestLoadHostileFacts: facts that do not fit the flow are an error of Load, rather than a panic later.
func TestLoadHostileFacts(t *testing.T) {
	m := fit(t, curve(60, 2, 9), quick)
	whole := asJSON(t, m.Facts)
	for name, c := range map[string]struct{ old, new string }{
		"no object":      {whole, `"a word"`},
		"two of a name":  {`"name":"x1"`, `"name":"x0"`},
		"without a name": {`"name":"x1"`, `"name":""`},
		"dropped":        {`"name":"x1"`, `"dropped":true,"name":"x1"`},
		"no reference":   {`"reference":[`, `"reference":[],"x":[`},
		"not ascending":  {`"reference":[`, `"reference":[1e9,`},
		"more quanta":    {`"quanta":[`, `"quanta":[1,`},
	} {
		t.Run(name, func(t *testing.T) {
			raw := strings.Replace(whole, c.old, c.new, 1)
			if raw == whole {
				t.Fatalf("%q is not in %s", c.old, whole)
			}
			path := filepath.Join(t.TempDir(), "m.gflow")
			flow := *m.Flow
			flow.Metadata.Extra = map[string]json.RawMessage{"tabular": json.RawMessage(raw)}
			if err := flow.Save(path); err != nil {
				t.Fatal(err)
			}
			if _, err := tabular.Load(path); !errors.Is(err, flows.ErrArchitecture) {
				t.Errorf("%v, want ErrArchitecture", err)
			}
		})
	}
}

// TestLoadHostileNumbers: each number in the facts that no table can have is an error that names its column, whether it is
// the only one or not.
func TestLoadHostileNumbers(t *testing.T) {
	m := fit(t, curve(60, 2, 9), quick)
	whole := asJSON(t, m.Facts)
	for name, c := range map[string]struct {
		change func(*tabular.Facts)
		want   string
	}{
		"mean":           {func(f *tabular.Facts) { f.Columns[1].Mean = -1.7e308 }, `column "x1": mean = -1.7e+308, want -1e+307 to 1e+307`},
		"std":            {func(f *tabular.Facts) { f.Columns[1].Std = 1e308 }, `column "x1": std = 1e+308, want 0 to 1e+307`},
		"negative std":   {func(f *tabular.Facts) { f.Columns[0].Std = -1 }, `column "x0": std = -1`},
		"quantum":        {func(f *tabular.Facts) { f.Columns[1].Quantum = 1e308 }, `column "x1": quantum = 1e+308`},
		"top":            {func(f *tabular.Facts) { f.Columns[1].Top = 1e308 }, `column "x1": top = 1e+308, want 0 to 1`},
		"distinct":       {func(f *tabular.Facts) { f.Columns[1].Distinct = -4 }, `column "x1": distinct = -4`},
		"quanta":         {func(f *tabular.Facts) { f.Quanta[1] = 1e308 }, `column "x1"`},
		"quanta and std": {func(f *tabular.Facts) { f.Quanta[1], f.Columns[1].Std = 1e308, 1e308 }, `column "x1"`},
		"log p":          {func(f *tabular.Facts) { f.Reference = tabular.Quantiles{-1e308, 1e308} }, "a quantile of log p is -1e+308"},
		"rows":           {func(f *tabular.Facts) { f.Training.Rows = -1 }, "one is negative"},
	} {
		var facts tabular.Facts
		if err := json.Unmarshal([]byte(whole), &facts); err != nil {
			t.Fatal(err)
		}
		c.change(&facts)
		flow := *m.Flow
		flow.Metadata.Extra = map[string]json.RawMessage{"tabular": json.RawMessage(asJSON(t, facts))}
		path := filepath.Join(t.TempDir(), "m.gflow")
		if err := flow.Save(path); err != nil {
			t.Fatal(err)
		}
		if _, err := tabular.Load(path); !errors.Is(err, flows.ErrArchitecture) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestConcurrent: sixteen goroutines that score at once get what a single one gets.
func TestConcurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gflow")
	if err := fit(t, curve(60, 2, 9), quick).Save(path); err != nil {
		t.Fatal(err)
	}
	m, err := tabular.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	x := curve(700, 2, 10)
	want := logProb(t, m, x)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if got, err := m.LogProb(x); err != nil || !slices.Equal(got, want) {
				t.Errorf("log p at once with others differs: %v", err)
			}
		})
	}
	all.Wait()
}
