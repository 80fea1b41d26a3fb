package flows

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gaussflow/bases"
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
		return nil, err
	}
	f.warm, f.unverified = true, !file.Verified
	return f, f.checkParams()
}

// build makes the flow that is described, once it is clear that it is no larger than the file, and fills it.
func (doc document) build(file *safetensors.File) (*Flow, error) {
	f, slots, err := doc.flow(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchitecture, err)
	}
	return f, fill(file, slots, doc.Frozen)
}

// A slot is a parameter with its name in the file.
type slot struct {
	name string
	*graph.Param
}

// flow makes the flow with parameters of zeros, which are in slots.
func (doc document) flow(file *safetensors.File) (f *Flow, slots []slot, err error) {
	specs, err := doc.specs(file)
	if err != nil {
		return nil, nil, err
	}
	params, slots, err := doc.params(specs)
	if err != nil {
		return nil, nil, err
	}
	var named []Named
	for i, l := range doc.Layers {
		b, err := layers.New(l.Description, params[i])
		if err != nil {
			return nil, nil, fmt.Errorf("layer %s: %w", l.Name, err)
		}
		named = append(named, Named{l.Name, b})
	}
	var base bases.Base
	if doc.Base != nil {
		if base, err = bases.New(*doc.Base, doc.Dim, params[len(doc.Layers)]); err != nil {
			return nil, nil, err
		}
	}
	if f, err = NewWithBase(base, named...); err != nil {
		return nil, nil, err
	}
	if f.Dim() != doc.Dim || f.dtype != doc.Dtype {
		return nil, nil, fmt.Errorf("the layers have %d columns of %s, want %d of %s", f.Dim(), f.dtype, doc.Dim, doc.Dtype)
	}
	if err := json.Unmarshal(doc.Facts, &f.Facts); err != nil {
		return nil, nil, fmt.Errorf("facts: %w", err)
	}
	return f, slots, f.Facts.validate(f.width())
}

// owner is the name of what has the i-th specs: a layer, or after them the base.
func (doc document) owner(i int) string {
	if i < len(doc.Layers) {
		return doc.Layers[i].Name
	}
	return baseName
}

// specs are the parameters of each layer, and of the base where there is one. A description of many more numbers than the file holds is refused; a few more are let
// through: they cost little, and params can then name the tensor that is missing.
func (doc document) specs(file *safetensors.File) (specs [][]graph.ParamSpec, err error) {
	const few = 1 << 16
	have, want := 0, 0.0
	for _, t := range file.Tensors {
		have += sizeOf(t)
	}
	for _, l := range doc.Layers {
		of, err := layers.Specs(l.Description)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", l.Name, err)
		}
		specs = append(specs, of)
	}
	if doc.Base != nil {
		of, err := bases.Specs(*doc.Base, doc.Dim)
		if err != nil {
			return nil, fmt.Errorf("base: %w", err)
		}
		specs = append(specs, of)
	}
	for i, of := range specs {
		for _, s := range of {
			if doc.Tied[tensorName(doc.owner(i), s)] == "" {
				want += s.Size()
			}
		}
	}
	if want > float64(have)+few {
		return nil, fmt.Errorf("%w: the layers have %.0f numbers, the file %d", ErrMissingTensor, want, have)
	}
	return specs, nil
}

// params are the parameters as specs has them, those that are one made once; slots are the ones that have a tensor.
func (doc document) params(specs [][]graph.ParamSpec) (params [][]*graph.Param, slots []slot, err error) {
	known := map[string]*graph.Param{}
	tied := 0
	for i := range specs {
		of, err := graph.NewParams(doc.Dtype, specs[i])
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", doc.owner(i), err)
		}
		for j, s := range specs[i] {
			name := tensorName(doc.owner(i), s)
			if other, is := doc.Tied[name]; is {
				tied++
				if of[j] = known[other]; of[j] == nil || !slices.Equal(of[j].Shape(), s.Shape) {
					return nil, nil, fmt.Errorf("tied: %q is %q, want an earlier tensor of shape %v", name, other, s.Shape)
				}
				continue
			}
			known[name] = of[j]
			slots = append(slots, slot{name, of[j]})
		}
		params = append(params, of)
	}
	if tied != len(doc.Tied) {
		return nil, nil, fmt.Errorf("tied: got %d names, of which %d are of parameters", len(doc.Tied), tied)
	}
	return params, slots, nil
}

// fill takes the parameters from the file.
func fill(file *safetensors.File, slots []slot, frozen []string) error {
	tensors := map[string]safetensors.Tensor{}
	for _, t := range file.Tensors {
		tensors[t.Name] = t
	}
	for _, s := range slots {
		t, ok := tensors[s.name]
		if !ok {
			return fmt.Errorf("%w: %q, of shape %v", ErrMissingTensor, s.name, []int(s.Shape()))
		}
		delete(tensors, s.name)
		s.Trainable = !slices.Contains(frozen, s.name)
		if err := setParam(s.Param, t); err != nil {
			return err
		}
		if err := checkFinite(s.name, s.Param); err != nil {
			return err
		}
	}
	if extra := slices.Sorted(maps.Keys(tensors)); len(extra) > 0 {
		return fmt.Errorf("%w: %q", ErrExtraTensor, extra[0])
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
