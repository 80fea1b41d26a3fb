package flows

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/layers"
)

// formatName and formatVersion are a model file's; docs/model-format.md describes it.
const (
	formatName    = "gaussflow-model/"
	formatVersion = "1"
)

// document is the "model" in a model file's metadata.
type document struct {
	Library string          `json:"library"`
	Dtype   graph.Dtype     `json:"dtype"`
	Dim     int             `json:"dim"`
	Layers  []namedLayer    `json:"layers"`
	Frozen  []string        `json:"frozen,omitempty"` // tensors that training leaves alone
	Facts   json.RawMessage `json:"facts"`
}

type namedLayer struct {
	Name string `json:"name"`
	layers.Description
}

// Save writes the flow, with its Facts, to one file that Load and any reader of safetensors understand: the layout is
// in docs/model-format.md. Whatever happens on the way, path holds what it held before or the whole flow.
//
// It is an error if a layer cannot be described, as a coupling with a conditioner of the caller's own, or if a
// parameter is not finite. A layer that stands in the flow twice is written, and so read, as two. What Compile set is
// not saved; to go on with a fit use train.Checkpoint.
func (f *Flow) Save(path string) error {
	file, err := f.file()
	if err != nil {
		return fmt.Errorf("flows: Save: %w", err)
	}
	if err := safetensors.WriteFile(path, file); err != nil {
		return fmt.Errorf("flows: Save: %w", err)
	}
	return nil
}

// SaveTo is Save to w.
func (f *Flow) SaveTo(w io.Writer) error {
	file, err := f.file()
	if err != nil {
		return fmt.Errorf("flows: SaveTo: %w", err)
	}
	if err := safetensors.Write(w, file); err != nil {
		return fmt.Errorf("flows: SaveTo: %w", err)
	}
	return nil
}

func (f *Flow) file() (*safetensors.File, error) {
	if !f.built() {
		return nil, ErrNotBuilt
	}
	if err := errors.Join(f.Facts.validate(f.Dim()), f.checkParams()); err != nil {
		return nil, err
	}
	facts, err := json.Marshal(f.Facts)
	if err != nil {
		return nil, err
	}
	doc := document{Library: "gaussflow " + Version, Dtype: f.dtype, Dim: f.Dim(), Facts: facts}
	file := &safetensors.File{}
	for _, n := range f.Layers() {
		d, err := layers.Describe(n.Layer)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", n.Name, err)
		}
		doc.Layers = append(doc.Layers, namedLayer{n.Name, d})
	}
	err = f.eachParam(func(name string, p *graph.Param) error {
		if !p.Trainable {
			doc.Frozen = append(doc.Frozen, name)
		}
		file.Tensors = append(file.Tensors, safetensors.Tensor{Name: name, Shape: p.Shape(), Data: p.Data()})
		return checkFinite(name, p)
	})
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(doc)
	file.Metadata = map[string]string{"format": formatName + formatVersion, "model": string(raw)}
	return file, err
}

// eachParam visits the parameters of the layers in order, with their names in a file, as
// "block0.coupling_a.mlp.dense2.kernel".
func (f *Flow) eachParam(visit func(name string, p *graph.Param) error) error {
	for _, n := range f.Layers() {
		for _, p := range n.Layer.Params() {
			if err := visit(n.Name+"."+p.Name, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkFinite(name string, p *graph.Param) error {
	for i, v := range p.Values() {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("tensor %q: element %d is %v: %w", name, i, v, ErrNonFinite)
		}
	}
	return nil
}
