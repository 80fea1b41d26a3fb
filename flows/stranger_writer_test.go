package flows_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
)

// A strangeWriter writes a model file by docs/model-format.md alone, without any code of this library; see the section "To
// write one" there.
type strangeWriter struct {
	single  bool // dtype float32
	tensors []strangeTensor
}

type strangeTensor struct {
	name   string
	shape  []int
	values []float64
}

func (w *strangeWriter) tensor(name string, shape []int, values ...float64) {
	w.tensors = append(w.tensors, strangeTensor{name, shape, values})
}

// file is a model file with the given description, facts and layers.
func (w *strangeWriter) file(description map[string]any) ([]byte, error) {
	description["dtype"] = "float64"
	kind, size := "F64", 8
	if w.single {
		description["dtype"], kind, size = "float32", "F32", 4
	}
	model, err := json.Marshal(description)
	if err != nil {
		return nil, err
	}
	zeros := strings.Repeat("0", 64)
	header := map[string]any{"__metadata__": map[string]string{"format": "gaussflow-model/1", "model": string(model), "checksum": zeros}}
	var data []byte
	for _, t := range w.tensors {
		header[t.name] = map[string]any{"dtype": kind, "shape": t.shape, "data_offsets": []int{len(data), len(data) + size*len(t.values)}}
		for _, v := range t.values {
			if w.single {
				data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
			} else {
				data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
			}
		}
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	file := slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text, data)
	sum := sha256.Sum256(file)
	return bytes.Replace(file, []byte(zeros), []byte(hex.EncodeToString(sum[:])), 1), nil
}

// strangeModel is a model of three columns with every kind of layer and random tensors.
func strangeModel(single bool, facts map[string]any) ([]byte, error) {
	rng, w := rand.New(rand.NewPCG(3, 4)), &strangeWriter{single: single}
	dtype := "float64"
	if single {
		dtype = "float32"
	}
	random := func(n int, scale float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = scale * rng.NormFloat64()
		}
		return v
	}
	var layers []any
	layer := func(name, kind string, config map[string]any) {
		config["dtype"] = dtype
		layers = append(layers, map[string]any{"name": name, "kind": kind, "dim": 3, "config": config})
	}
	layer("units", "standardize", map[string]any{})
	w.tensor("units.shift", []int{3}, 1, -2, 3)
	w.tensor("units.log_scale", []int{3}, 0.5, 0, -0.25)
	layer("turn", "householder", map[string]any{"reflectors": 2})
	w.tensor("turn.v", []int{2, 3}, random(6, 1)...)
	layer("swap", "fixed_ortho", map[string]any{})
	w.tensor("swap.q", []int{3, 3}, 0, 1, 0, 0, 0, 1, 1, 0, 0)
	layer("each", "mixture_cdf", map[string]any{"components": 2})
	w.tensor("each.logits", []int{3, 2}, random(6, 1)...)
	w.tensor("each.means", []int{3, 2}, random(6, 1)...)
	w.tensor("each.log_scales", []int{3, 2}, random(6, 0.3)...)
	clamps := []map[string]any{{"kind": "tanh", "lo": -2, "hi": 2}, {"kind": "sigmoid", "lo": -1, "hi": 3}}
	for i, mask := range [][]bool{{true, false, false}, {false, true, true}} {
		name := []string{"first", "second"}[i]
		in, out := 1, 2
		if i == 1 {
			in, out = 2, 1
		}
		layer(name, "mixture_cdf_coupling", map[string]any{
			"mask": mask, "components": 2, "scale_clamp": clamps[i], "mlp": map[string]any{"hidden": []int{4}, "activation": "tanh"},
		})
		w.tensor(name+".mlp.dense0.kernel", []int{in, 4}, random(4*in, 0.5)...)
		w.tensor(name+".mlp.dense0.bias", []int{4}, random(4, 0.5)...)
		w.tensor(name+".mlp.dense1.kernel", []int{4, 6 * out}, random(24*out, 0.5)...)
		w.tensor(name+".mlp.dense1.bias", []int{6 * out}, random(6*out, 0.5)...)
	}
	layer("last", "affine", map[string]any{})
	w.tensor("last.shift", []int{3}, random(3, 1)...)
	w.tensor("last.log_scale", []int{3}, random(3, 0.2)...)
	return w.file(map[string]any{"library": "a stranger", "dim": 3, "layers": layers, "facts": facts})
}

// TestStrangeWriter: a file that is written by docs/model-format.md alone is loaded and verified, and the flow computes what
// a stranger computes from it.
func TestStrangeWriter(t *testing.T) {
	for _, single := range []bool{false, true} {
		file, err := strangeModel(single, map[string]any{"columns": []string{"a", "b", "c"}})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "stranger.gflow")
		if err = os.WriteFile(path, file, 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := flows.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if f.Unverified() {
			t.Error("the checksum was not verified")
		}
		s, err := readAsStranger(file)
		if err != nil {
			t.Fatal(err)
		}
		tol := 1e-11
		if single {
			tol = 1e-4
		}
		x := mat.NewDense(3, 3, []float64{1, -2, 3, 0, 0, 0, 4, -5, 2.5})
		got, err := f.LogProb(x)
		if err != nil {
			t.Fatal(err)
		}
		for i, lp := range got {
			if want, _, _ := s.logProb(x.RawRowView(i)); !(math.Abs(lp-want) <= tol*max(1, math.Abs(want))) {
				t.Errorf("float32 %v, row %d: log p = %v, want %v", single, i, lp, want)
			}
		}
		if _, err = flows.Load(damaged(t, file)); err == nil {
			t.Error("a changed number was not found")
		}
	}
}

// damaged is a file with one bit of a number changed.
func damaged(t *testing.T, file []byte) string {
	t.Helper()
	changed := bytes.Clone(file)
	changed[len(changed)-3] ^= 4
	path := filepath.Join(t.TempDir(), "damaged.gflow")
	if err := os.WriteFile(path, changed, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
