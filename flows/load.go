package flows

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/strictjson"
	"gaussflow/layers"
)

// What can be wrong with a model file, beside the errors of package safetensors. The errors of Load wrap one of
// these, one of those or one of the file system's, and say where.
var (
	ErrFormat        = errors.New("this is no gaussflow model")
	ErrVersion       = errors.New("the model is of a version that this program does not know")
	ErrArchitecture  = errors.New("the model's description makes no flow")
	ErrMissingTensor = errors.New("a tensor is missing")
	ErrExtraTensor   = errors.New("a tensor belongs to no layer")
	ErrTensor        = errors.New("a tensor is not what its layer has")
	ErrNonFinite     = errors.New("a parameter is not a finite number")
)

// Load reads a flow that Save wrote. It computes the same numbers, bit for bit; it is not compiled for training. A file whose
// checksum is wrong is safetensors.ErrChecksum; of one that has none, Unverified reports so.
func Load(path string) (*Flow, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("flows: Load: %s: %w", path, err)
	}
	f, err := fromFile(file)
	if err != nil {
		return nil, fmt.Errorf("flows: Load: %s: %w", path, err)
	}
	return f, nil
}

// LoadFrom is Load from r, which must end with the model.
func LoadFrom(r io.Reader) (*Flow, error) {
	file, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("flows: LoadFrom: %w", err)
	}
	f, err := fromFile(file)
	if err != nil {
		return nil, fmt.Errorf("flows: LoadFrom: %w", err)
	}
	return f, nil
}

func fromFile(file *safetensors.File) (*Flow, error) {
	version, ours := strings.CutPrefix(file.Metadata["format"], formatName)
	switch {
	case !ours:
		return nil, fmt.Errorf("%w: its format is %q, want %q", ErrFormat, file.Metadata["format"], formatName+formatVersion)
	case version != formatVersion:
		return nil, fmt.Errorf("%w: got %q, want %q", ErrVersion, version, formatVersion)
	}
	for _, key := range slices.Sorted(maps.Keys(file.Metadata)) {
		if key != "format" && key != "model" {
			return nil, fmt.Errorf("%w: its strings have %q, want \"format\", \"model\" and \"checksum\"", ErrFormat, key)
		}
	}
	var doc document
	if err := strictjson.Unmarshal([]byte(file.Metadata["model"]), &doc, true); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchitecture, err)
	}
	f, err := doc.build(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchitecture, err)
	}
	f.warm, f.unverified = true, !file.Verified
	return f, f.fill(file, doc.Frozen)
}

// build makes the flow with fresh parameters, once it is clear that they are no larger than the file.
func (doc document) build(file *safetensors.File) (*Flow, error) {
	if err := doc.checkSize(file); err != nil {
		return nil, err
	}
	var named []Named
	for _, l := range doc.Layers {
		b, err := layers.New(l.Description)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", l.Name, err)
		}
		named = append(named, Named{l.Name, b})
	}
	f, err := New(named...)
	if err != nil {
		return nil, err
	}
	if f.Dim() != doc.Dim || f.dtype != doc.Dtype {
		return nil, fmt.Errorf("the layers have %d columns of %s, want %d of %s", f.Dim(), f.dtype, doc.Dim, doc.Dtype)
	}
	if err := json.Unmarshal(doc.Facts, &f.Facts); err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	return f, f.Facts.validate(f.Dim())
}

// checkSize refuses a description of many more numbers than the file holds. A few more are let through: they cost
// little, and fill can then name the tensor that is missing.
func (doc document) checkSize(file *safetensors.File) error {
	const few = 1 << 16
	have, want := 0, 0.0
	for _, t := range file.Tensors {
		have += sizeOf(t)
	}
	for _, l := range doc.Layers {
		n, err := layers.Size(l.Description)
		if err != nil {
			return fmt.Errorf("layer %s: %w", l.Name, err)
		}
		want += max(n, 0) // what is negative, New reports
	}
	if want > float64(have)+few {
		return fmt.Errorf("%w: the layers have %.0f numbers, the file %d", ErrMissingTensor, want, have)
	}
	return nil
}

func sizeOf(t safetensors.Tensor) int {
	n := 1
	for _, s := range t.Shape {
		n *= s
	}
	return n
}

// fill takes the parameters from the file.
func (f *Flow) fill(file *safetensors.File, frozen []string) error {
	tensors := map[string]safetensors.Tensor{}
	for _, t := range file.Tensors {
		tensors[t.Name] = t
	}
	err := f.eachParam(func(name string, p *graph.Param) error {
		t, ok := tensors[name]
		if !ok {
			return fmt.Errorf("%w: %q, of shape %v", ErrMissingTensor, name, []int(p.Shape()))
		}
		delete(tensors, name)
		p.Trainable = !slices.Contains(frozen, name)
		if err := setParam(p, t); err != nil {
			return err
		}
		return checkFinite(name, p)
	})
	if err != nil {
		return err
	}
	if extra := slices.Sorted(maps.Keys(tensors)); len(extra) > 0 {
		return fmt.Errorf("%w: %q", ErrExtraTensor, extra[0])
	}
	return f.checkParams()
}

func setParam(p *graph.Param, t safetensors.Tensor) error {
	if !slices.Equal(p.Shape(), t.Shape) || p.SetData(t.Data) != nil {
		return fmt.Errorf("%w: %q: got %T of shape %v, want %s of shape %v", ErrTensor, t.Name, t.Data, t.Shape, p.Dtype(), []int(p.Shape()))
	}
	return nil
}

// checkParams asks the layers that not every value suits.
func (f *Flow) checkParams() error {
	for _, n := range f.Layers() {
		if c, ok := n.Layer.(layers.ParamChecker); ok {
			if err := c.CheckParams(); err != nil {
				return fmt.Errorf("%w: layer %s: %w", ErrTensor, n.Name, err)
			}
		}
	}
	return nil
}
