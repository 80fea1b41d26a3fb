package flows_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gaussflow/flows"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/errtest"
)

// small is a small model file with every kind of layer.
func small(t testing.TB) *safetensors.File {
	t.Helper()
	file, err := safetensors.Read(bytes.NewReader(saved(t, savedFlows(t, "")["mixed"])))
	errtest.None(t, err)
	return file
}

func written(t testing.TB, f *safetensors.File) []byte {
	t.Helper()
	var b bytes.Buffer
	errtest.None(t, safetensors.Write(&b, f))
	return b.Bytes()
}

func TestLoadTruncatedAtEveryLength(t *testing.T) {
	data := written(t, small(t))
	if _, err := flows.LoadFrom(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	for n := range data {
		_, err := flows.LoadFrom(bytes.NewReader(data[:n]))
		if !errors.Is(err, safetensors.ErrTruncated) || !strings.Contains(err.Error(), "want") {
			t.Fatalf("%d of %d bytes: got %v, want ErrTruncated", n, len(data), err)
		}
	}
	if _, err := flows.LoadFrom(bytes.NewReader(append(data, 0))); !errors.Is(err, safetensors.ErrTrailing) {
		t.Errorf("a byte too many: got %v, want ErrTrailing", err)
	}
}

// edit changes the model's description by a replacement that must apply.
func edit(before, after string) func(t *testing.T, f *safetensors.File) {
	return func(t *testing.T, f *safetensors.File) {
		if !strings.Contains(f.Metadata["model"], before) {
			t.Fatalf("%s has no %s", f.Metadata["model"], before)
		}
		f.Metadata["model"] = strings.Replace(f.Metadata["model"], before, after, 1)
	}
}

func tensor(name string, change func(t *safetensors.Tensor)) func(t *testing.T, f *safetensors.File) {
	return func(t *testing.T, f *safetensors.File) {
		at := slices.IndexFunc(f.Tensors, func(t safetensors.Tensor) bool { return t.Name == name })
		if at < 0 {
			t.Fatalf("no tensor %s", name)
		}
		change(&f.Tensors[at])
	}
}

func first(v float64) func(t *safetensors.Tensor) {
	return func(t *safetensors.Tensor) { t.Data.([]float64)[0] = v }
}

// bomb adds a layer with far more parameters than the file has numbers.
func bomb(kind, config string) func(t *testing.T, f *safetensors.File) {
	return edit(`"layers":[`, `"layers":[{"name":"bomb","kind":"`+kind+`","dim":16384,"config":`+config+`},`)
}

func TestLoadDamaged(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, f *safetensors.File)
		want   error
		words  []string
	}{
		"no metadata":        {func(_ *testing.T, f *safetensors.File) { f.Metadata = nil }, flows.ErrFormat, []string{`""`}},
		"another format":     {func(_ *testing.T, f *safetensors.File) { f.Metadata["format"] = "pt" }, flows.ErrFormat, []string{`"pt"`}},
		"later version":      {func(_ *testing.T, f *safetensors.File) { f.Metadata["format"] = "gaussflow-model/2" }, flows.ErrVersion, []string{`"2"`, `"1"`}},
		"no description":     {func(_ *testing.T, f *safetensors.File) { delete(f.Metadata, "model") }, flows.ErrArchitecture, nil},
		"broken description": {func(_ *testing.T, f *safetensors.File) { f.Metadata["model"] = `{"layers":[{` }, flows.ErrArchitecture, nil},
		"unknown field":      {edit(`"dim":`, `"clip":1,"dim":`), flows.ErrArchitecture, []string{"clip"}},
		"unknown kind":       {edit(`"standardize","dim"`, `"spline","dim"`), flows.ErrArchitecture, []string{"layer standardize", "spline"}},
		"unknown setting":    {edit(`"frozen":true`, `"frozen":true,"clip":6`), flows.ErrArchitecture, []string{"clip"}},
		"unknown clamp":      {edit(`"sigmoid","lo"`, `"arctan","lo"`), flows.ErrArchitecture, []string{"arctan"}},
		"no layers":          {func(_ *testing.T, f *safetensors.File) { f.Metadata["model"] = `{"facts":{}}` }, flows.ErrArchitecture, []string{"no layers"}},
		"two of one name":    {edit(`"name":"ortho"`, `"name":"standardize"`), flows.ErrArchitecture, []string{`"standardize"`}},
		"another width":      {edit(`"kind":"affine","dim":3`, `"kind":"affine","dim":4`), flows.ErrArchitecture, []string{"dim 4", "want 3"}},
		"another whole":      {edit(`"dtype":"float64","dim":3`, `"dtype":"float64","dim":5`), flows.ErrArchitecture, []string{"3 columns", "want 5"}},
		"another dtype":      {edit(`"dtype":"float64"`, `"dtype":"float32"`), flows.ErrArchitecture, []string{"float32"}},
		"no facts":           {edit(`"facts":{}`, `"facts":7`), flows.ErrArchitecture, []string{"facts"}},
		"facts of others":    {edit(`"facts":{}`, `"facts":{"columns":["a"]}`), flows.ErrArchitecture, []string{"1 column names"}},
		"huge rotation":      {bomb("fixed_ortho", `{}`), flows.ErrMissingTensor, []string{"268435"}},
		"huge mixture":       {bomb("mixture_cdf", `{"components":5000}`), flows.ErrMissingTensor, []string{"245760"}},
		"huge conditioner":   {bomb("mixture_cdf_coupling", `{"mlp":{"hidden":[30000,-30000]}}`), flows.ErrArchitecture, []string{"Hidden[1] = -30000"}},
		"huge coupling":      {edit(`"kind":"affine","dim":3`, `"kind":"mixture_cdf_coupling","dim":9007199254740992`), flows.ErrArchitecture, nil},
		"huge chain":         {bomb("chain", `{"layers":[{"kind":"householder","dim":16384,"config":{}}]}`), flows.ErrMissingTensor, []string{"268435"}},
		"chains in chains": {bomb("chain", strings.Repeat(`{"layers":[{"kind":"chain","dim":16384,"config":`, 100)+"{}"+strings.Repeat(`}]}`, 100)),
			flows.ErrArchitecture, []string{"layers in layers"}},
		"empty chain":      {bomb("chain", `{}`), flows.ErrArchitecture, []string{"no layers"}},
		"tied to nothing":  {edit(`"facts":`, `"tied":{"affine.shift":"affine.other"},"facts":`), flows.ErrArchitecture, []string{`"affine.shift"`, `"affine.other"`}},
		"tied to a later":  {edit(`"facts":`, `"tied":{"affine.shift":"affine.log_scale"},"facts":`), flows.ErrArchitecture, []string{"an earlier tensor"}},
		"tied, no such":    {edit(`"facts":`, `"tied":{"nobody":"affine.shift"},"facts":`), flows.ErrArchitecture, []string{"tied", "1 names"}},
		"tied, two shapes": {edit(`"facts":`, `"tied":{"affine.shift":"ortho.q"},"facts":`), flows.ErrArchitecture, []string{"of shape [3]"}},
		"own transform":    {bomb("elementwise", `{"transform":{"kind":"acme.cubic","config":{}}}`), flows.ErrArchitecture, []string{"acme.cubic", "transforms.Register"}},
		"own conditioner":  {bomb("coupling", `{"transform":{"kind":"gaussian_mixture_cdf","config":{}},"conditioner":{"kind":"acme.net","config":{}}}`), flows.ErrArchitecture, []string{"acme.net", "layers.RegisterConditioner"}},
		"negative dim":     {edit(`"kind":"affine","dim":3`, `"kind":"affine","dim":-3`), flows.ErrArchitecture, []string{"dim = -3"}},

		"missing tensor": {tensor("affine.shift", func(t *safetensors.Tensor) { t.Name = "affine.Shift" }), flows.ErrMissingTensor, []string{`"affine.shift"`}},
		"extra tensor": {func(_ *testing.T, f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "x", Shape: []int{1}, Data: []float64{1}})
		}, flows.ErrExtraTensor, []string{`"x"`}},
		"wrong shape": {tensor("ortho.q", func(t *safetensors.Tensor) { t.Shape = []int{9} }), flows.ErrTensor, []string{`"ortho.q"`, "[9]", "[3 3]"}},
		"wrong dtype": {tensor("affine.shift", func(t *safetensors.Tensor) { t.Data = make([]float32, 3) }), flows.ErrTensor, []string{`"affine.shift"`, "float32", "float64"}},
		"bytes":       {tensor("affine.shift", func(t *safetensors.Tensor) { t.Data = make([]byte, 3) }), flows.ErrTensor, []string{`"affine.shift"`}},
		"NaN":         {tensor("linear.mlp.dense0.kernel", first(math.NaN())), flows.ErrNonFinite, []string{`"linear.mlp.dense0.kernel"`, "element 0 is NaN"}},
		"−Inf":        {tensor("affine.log_scale", first(math.Inf(-1))), flows.ErrNonFinite, []string{"-Inf"}},
		"skewed Q":    {tensor("ortho.q", first(3)), flows.ErrTensor, []string{"layer ortho", "orthogonal"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := small(t)
			c.damage(t, file)
			data := written(t, file)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := errtest.Of(t, func() error { _, err := flows.LoadFrom(bytes.NewReader(data)); return err })
			runtime.ReadMemStats(&after)
			errtest.Says(t, err, append(c.words, "LoadFrom")...)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
				t.Errorf("it took %d bytes of memory for a file of %d", used, len(data))
			}
		})
	}
}

// FuzzLoad: for any file Load returns an error, or a flow that can be used and saved.
func FuzzLoad(f *testing.F) {
	file := small(f)
	data := written(f, file)
	f.Add(file.Metadata["format"], file.Metadata["model"], "ortho.q", 0.5)
	f.Add("gaussflow-model/1", `{"library":"","dtype":"float64","dim":1,"layers":[{"name":"a","kind":"affine","dim":1,"config":{}}],"facts":{}}`, "a.shift", 2.0)
	f.Add("gaussflow-model/1", `{"dim":4,"layers":[{"name":"b","kind":"mixture_cdf_coupling","dim":4,"config":{"mlp":{"hidden":[1]}}}]}`, "b", 0.0)
	f.Fuzz(func(t *testing.T, format, model, name string, value float64) {
		file, err := safetensors.Read(bytes.NewReader(data))
		errtest.None(t, err)
		file.Metadata = map[string]string{"format": format, "model": model}
		file.Tensors[1].Name = name
		file.Tensors[1].Data.([]float64)[0] = value
		var b bytes.Buffer
		if safetensors.Write(&b, file) != nil {
			return
		}
		flow, err := flows.LoadFrom(&b)
		if err != nil {
			return
		}
		if _, err := flows.LoadFrom(bytes.NewReader(saved(t, flow))); err != nil {
			t.Errorf("it was loaded and saved, but is not loaded again: %v", err)
		}
	})
}

// TestLoadKeepsExtra: Load keeps the facts that other programs have written under "extra".
func TestLoadKeepsExtra(t *testing.T) {
	file := small(t)
	edit(`"facts":{}`, `"facts":{"extra":{"a":{"b":[1, 2]},"c":null}}`)(t, file)
	f, err := flows.LoadFrom(bytes.NewReader(written(t, file)))
	errtest.None(t, err)
	if len(f.Metadata.Extra) != 2 || string(f.Metadata.Extra["a"]) != `{"b":[1, 2]}` {
		t.Errorf("extra = %q", f.Metadata.Extra)
	}
	var a struct{ B []int }
	errtest.None(t, json.Unmarshal(f.Metadata.Extra["a"], &a))
}
