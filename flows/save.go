package flows

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/layers"
)

// formatName and formatVersion identify the model file's format, which docs/model-format.md
// describes.
const (
	formatName    = "gaussflow-model/"
	formatVersion = "1"
)

// document is the value of "model" in a model file's metadata.
type document struct {
	Library string             `json:"library"`
	Dtype   graph.Dtype        `json:"dtype"`
	Dim     int                `json:"dim"`
	Layers  []namedLayer       `json:"layers"`
	Base    *bases.Description `json:"base,omitempty"`   // nil: the standard normal
	Frozen  []string           `json:"frozen,omitempty"` // tensors that training leaves alone
	// Tied lists the parameters that have no tensor of their own because they are the same as an earlier one: it maps the name
	// that the tensor would have to the name of the tensor that holds the values.
	Tied     map[string]string `json:"tied,omitempty"`
	Metadata json.RawMessage   `json:"facts"`
	// Compiled is the train.Config that the flow was compiled with. If it could not be described, NotCompiled says why.
	Compiled    json.RawMessage `json:"compiled,omitempty"`
	NotCompiled string          `json:"not_compiled,omitempty"`
}

type namedLayer struct {
	Name string `json:"name"`
	layers.Description
}

// Save writes the flow, with its Metadata, to one file that Load and any reader of safetensors understand; the layout is
// in docs/model-format.md. The write is atomic: whatever happens, path holds either what it held before or the whole
// flow.
//
// It is an error if the type of a layer, of the base or of a part of one is not registered (layers.Register), or if a parameter is
// not finite. Layers that share a parameter share it again after Load. The configuration set by Compile is saved too, so that the
// loaded flow can be trained on. An optimizer, schedule, loss or penalty of an unregistered type is no error: the configuration is
// then left out, and Fit of the loaded flow says so. The optimizer's state is not saved; to resume a fit use train.Checkpoint.
func (f *Flow) Save(path string) error {
	file, err := f.file()
	if err != nil {
		return fmt.Errorf("flows: Save: %w", err)
	}
	if err := safetensors.WriteFile(path, file); err != nil {
		return &FileError{"Save", path, err}
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
	if err := errors.Join(f.Metadata.validate(f.width()), f.checkParams()); err != nil {
		return nil, err
	}
	facts, err := json.Marshal(f.Metadata)
	if err != nil {
		return nil, err
	}
	how := f.recipe()
	doc := document{Library: "gaussflow " + Version, Dtype: f.dtype, Dim: f.Dim(), Metadata: facts, Compiled: how.config, NotCompiled: how.why}
	file := &safetensors.File{}
	first := map[*graph.Param]string{} // the name of the tensor that holds it
	for _, n := range f.Layers() {
		d, err := layers.Describe(n.Layer)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", n.Name, err)
		}
		doc.Layers = append(doc.Layers, namedLayer{n.Name, d})
		specs, err := layers.Specs(d)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", n.Name, err)
		}
		if err := doc.add(file, first, n.Name, specs, layers.Slots(n.Layer)); err != nil {
			return nil, err
		}
	}
	if err := doc.addBase(file, first, f.base); err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	raw, err := json.Marshal(doc)
	file.Metadata = map[string]string{"format": formatName + formatVersion, "model": string(raw)}
	return file, err
}

// add puts the parameters of a layer, or of the base, into the file. first maps the parameters already there to their
// tensors.
func (doc *document) add(file *safetensors.File, first map[*graph.Param]string, of string, specs []graph.ParamSpec, slots []*graph.Param) error {
	for i, p := range slots {
		name := tensorName(of, specs[i])
		if other, tied := first[p]; tied {
			doc.tie(name, other)
			continue
		}
		first[p] = name
		if !p.Trainable {
			doc.Frozen = append(doc.Frozen, name)
		}
		if err := checkFinite(name, p); err != nil {
			return err
		}
		file.Tensors = append(file.Tensors, safetensors.Tensor{Name: name, Shape: p.Shape(), Data: p.Data()})
	}
	return nil
}

// addBase adds the base. The standard normal is not recorded.
func (doc *document) addBase(file *safetensors.File, first map[*graph.Param]string, base bases.Base) error {
	if _, standard := base.(bases.StandardNormal); standard {
		return nil
	}
	d, err := bases.Describe(base)
	if err != nil {
		return err
	}
	doc.Base = &d
	specs, err := bases.Specs(d, base.Dim())
	if err != nil {
		return err
	}
	return doc.add(file, first, baseName, specs, base.Params())
}

// tensorName is the name in a file of a parameter of a layer or of the base, as "block0.coupling_a.mlp.dense2.kernel".
func tensorName(of string, s graph.ParamSpec) string { return of + "." + s.Name }

// tie records that the parameter called name is the same as the one called of.
func (doc *document) tie(name, of string) {
	if doc.Tied == nil {
		doc.Tied = map[string]string{}
	}
	doc.Tied[name] = of
}

func checkFinite(name string, p *graph.Param) error {
	for i, v := range p.Values() {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &ContentError{Kind: ErrNonFinite, Where: fmt.Sprintf("tensor %q", name), What: fmt.Sprintf("element %d is %v", i, v)}
		}
	}
	return nil
}
