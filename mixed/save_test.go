package mixed_test

import (
	"bytes"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph/safetensors"
	"gaussflow/mixed"
)

// TestSave: a model that is read back computes the same bits and writes the same file.
func TestSave(t *testing.T) {
	m := model(t)
	path := filepath.Join(t.TempDir(), "model.gmix")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	read, err := mixed.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	x := hide(known.draw(500, 8), 8)
	want, err := m.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	got, err := read.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("row %d: log p is %v, want %v", i, got[i], want[i])
		}
	}
	a, err := m.Sample(200, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	b, err := read.Sample(200, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range a.RawMatrix().Data {
		if w := b.RawMatrix().Data[i]; v != w && !(math.IsNaN(v) && math.IsNaN(w)) {
			t.Fatalf("sample %d: %v, want %v", i, w, v)
		}
	}
	if !bytes.Equal(saved(t, read), saved(t, m)) {
		t.Error("the model that was read is saved as another file")
	}
}

func saved(t *testing.T, m *mixed.Model) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := m.SaveTo(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestDamaged: a damaged or hostile file is an error that says what is wrong.
func TestDamaged(t *testing.T) {
	file := saved(t, model(t))
	flip := bytes.Clone(file)
	flip[len(flip)-5] ^= 1
	if _, err := mixed.LoadFrom(bytes.NewReader(flip)); !errors.Is(err, safetensors.ErrChecksum) {
		t.Errorf("a flipped bit: %v, want ErrChecksum", err)
	}
	for name, c := range map[string]struct {
		change func(f *safetensors.File)
		want   error
	}{
		"format":         {func(f *safetensors.File) { f.Metadata["format"] = "x" }, flows.ErrFormat},
		"version":        {func(f *safetensors.File) { f.Metadata["format"] = "gaussflow-mixed/9" }, flows.ErrVersion},
		"no description": {func(f *safetensors.File) { f.Metadata["model"] = "" }, flows.ErrArchitecture},
		"unknown field":  {edit(`"schema":`, `"other":1,"schema":`), flows.ErrArchitecture},
		"no levels":      {edit(`"levels":[`, `"levels":[],"atoms":[`), flows.ErrArchitecture},
		"huge network":   {edit(`"components":8`, `"components":1000`), flows.ErrMissingTensor},
		"no components":  {edit(`"components":8`, `"components":0`), flows.ErrArchitecture},
		"gap":            {edit(`"gaps":[1`, `"gaps":[9`), flows.ErrArchitecture},
		"missing tensor": {func(f *safetensors.File) { f.Tensors = f.Tensors[1:] }, flows.ErrMissingTensor},
		"extra tensor": {func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "more", Shape: []int{1}, Data: []float64{1}})
		}, flows.ErrExtraTensor},
		"knots that fall": {func(f *safetensors.File) { f.Tensors[0].Data.([]float64)[3] = 1e6 }, flows.ErrTensor},
		"not a number":    {func(f *safetensors.File) { f.Tensors[len(f.Tensors)-1].Data.([]float32)[0] = float32(math.NaN()) }, flows.ErrNonFinite},
	} {
		f, err := safetensors.Read(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		c.change(f)
		var changed bytes.Buffer
		if err := safetensors.Write(&changed, f); err != nil {
			t.Fatal(err)
		}
		if _, err := mixed.LoadFrom(&changed); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func edit(old, new string) func(f *safetensors.File) {
	return func(f *safetensors.File) { f.Metadata["model"] = strings.Replace(f.Metadata["model"], old, new, 1) }
}

// TestStranger: a reader that follows docs/model-format.md alone computes the same log p.
func TestStranger(t *testing.T) {
	x := hide(known.draw(60, 9), 9)
	x.Set(0, 1, 40) // far out
	x.Set(1, 2, -70)
	agree(t, model(t), x)
	m, err := spent()
	if err != nil {
		t.Fatal(err)
	}
	x = spending(60, 9)
	x.Set(0, 2, 1e9)
	x.Set(1, 2, 1e-12)
	x.Set(2, 1, math.NaN())
	agree(t, m, x)
}

func agree(t *testing.T, m *mixed.Model, x *mat.Dense) {
	t.Helper()
	s, err := readAsStranger(saved(t, m))
	if err != nil {
		t.Fatal(err)
	}
	lp, err := m.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range lp {
		if got := s.logProb(x.RawRowView(i)); !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
			t.Errorf("row %d: a stranger's log p is %.15g, ours %.15g", i, got, want)
		}
	}
}
