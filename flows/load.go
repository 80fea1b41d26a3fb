package flows

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/strictjson"
	"gaussflow/layers"
)

// Load reads a flow that Save wrote. It computes the same numbers, bit for bit, and can be trained as it was compiled, with a fresh
// optimizer state (to resume a fit where it stopped, use train.Checkpoint). A file with a wrong checksum is
// safetensors.ErrChecksum; if the file has none, the flow's Unverified reports true.
func Load(path string) (*Flow, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, &FileError{"Load", path, err}
	}
	f, err := fromFile(file)
	if err != nil {
		return nil, &FileError{"Load", path, err}
	}
	return f, nil
}

// LoadFrom is Load from r; the model must be the last thing in r.
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
		return nil, &ContentError{Kind: ErrFormat, Where: "format", What: fmt.Sprintf("got %q, want %q", file.Metadata["format"], formatName+formatVersion)}
	case version != formatVersion:
		return nil, &ContentError{Kind: ErrVersion, Where: "format", What: fmt.Sprintf("got version %q, want %q", version, formatVersion)}
	}
	for _, key := range slices.Sorted(maps.Keys(file.Metadata)) {
		if key != "format" && key != "model" {
			return nil, &ContentError{Kind: ErrFormat, What: fmt.Sprintf("its strings have %q, want \"format\", \"model\" and \"checksum\"", key)}
		}
	}
	if file.Metadata["model"] == "" {
		return nil, &ContentError{Kind: ErrArchitecture, What: "the string \"model\" is missing, which is the description"}
	}
	var doc document
	if err := strictjson.Unmarshal([]byte(file.Metadata["model"]), &doc, true); err != nil {
		return nil, &ContentError{Kind: ErrArchitecture, Err: err}
	}
	f, err := doc.build(file)
	if err != nil {
		return nil, err
	}
	f.warm, f.unverified = true, !file.Verified
	f.asRead = recipe{doc.Compiled, doc.NotCompiled}
	return f, f.checkParams()
}

// build makes the flow that is described, after a check that it is no larger than the file, and fills in its
// parameters.
func (doc document) build(file *safetensors.File) (*Flow, error) {
	f, slots, err := doc.flow(file)
	if err != nil {
		return nil, err
	}
	return f, fill(file, slots, doc.Frozen)
}

// flow makes the flow with its parameters zero; slots lists them.
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
			return nil, nil, l.fault(err)
		}
		named = append(named, Named{l.Name, b})
	}
	var base bases.Base
	if doc.Base != nil {
		if base, err = bases.New(*doc.Base, doc.Dim, params[len(doc.Layers)]); err != nil {
			return nil, nil, &ContentError{Kind: ErrArchitecture, Where: "base", Err: err}
		}
	}
	if f, err = NewWithBase(base, named...); err != nil {
		return nil, nil, &ContentError{Kind: ErrArchitecture, What: "its layers do not make a flow: want at least one, each with a name of its own, all of one dim and dtype", Err: err}
	}
	if f.Dim() != doc.Dim || f.dtype != doc.Dtype {
		return nil, nil, &ContentError{Kind: ErrArchitecture, What: fmt.Sprintf("the layers have %d columns of %s, want %d of %s: "+
			"the dim and the dtype of the model, and the same in every layer and its config", f.Dim(), f.dtype, doc.Dim, doc.Dtype)}
	}
	if doc.Metadata == nil {
		return nil, nil, &ContentError{Kind: ErrArchitecture, Where: "facts", What: "missing, want an object, {} at least"}
	}
	err = json.Unmarshal(doc.Metadata, &f.Metadata)
	if err == nil {
		err = f.Metadata.validate(f.width())
	}
	if err != nil {
		return nil, nil, &ContentError{Kind: ErrArchitecture, Where: "facts", Err: err}
	}
	return f, slots, nil
}

// owner names the layer, or after the layers the base, that the i-th specs belong to.
func (doc document) owner(i int) string {
	if i < len(doc.Layers) {
		return doc.Layers[i].Name
	}
	return baseName
}

// specs are the parameters of each layer, and of the base if there is one. A description of many more numbers than the file holds
// is refused. A few more are let through: they cost little, and params can then name the tensor that is missing.
func (doc document) specs(file *safetensors.File) (specs [][]graph.ParamSpec, err error) {
	const few = 1 << 16
	have, want := 0, 0.0
	for _, t := range file.Tensors {
		have += sizeOf(t)
	}
	for _, l := range doc.Layers {
		of, err := layers.Specs(l.Description)
		if err != nil {
			return nil, l.fault(err)
		}
		specs = append(specs, of)
	}
	if doc.Base != nil {
		of, err := bases.Specs(*doc.Base, doc.Dim)
		if err != nil {
			return nil, &ContentError{Kind: ErrArchitecture, Where: "base", Err: err}
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
		return nil, &ContentError{Kind: ErrArchitecture, What: fmt.Sprintf("the layers have %.0f numbers, the file %d", want, have), Err: ErrMissingTensor}
	}
	return specs, nil
}

// params makes the parameters that specs describe, tied ones once; slots are those that have a tensor of their own.
func (doc document) params(specs [][]graph.ParamSpec) (params [][]*graph.Param, slots []slot, err error) {
	known := map[string]*graph.Param{}
	tied := 0
	for i := range specs {
		of, err := graph.NewParams(doc.Dtype, specs[i])
		if err != nil {
			return nil, nil, &ContentError{Kind: ErrArchitecture, Where: doc.owner(i), Err: err}
		}
		for j, s := range specs[i] {
			name := tensorName(doc.owner(i), s)
			if other, is := doc.Tied[name]; is {
				tied++
				if of[j] = known[other]; of[j] == nil || !slices.Equal(of[j].Shape(), s.Shape) {
					return nil, nil, &ContentError{Kind: ErrArchitecture, Where: "tied", What: fmt.Sprintf("%q is %q, want an earlier tensor of shape %v", name, other, s.Shape)}
				}
				continue
			}
			known[name] = of[j]
			slots = append(slots, slot{name, of[j]})
		}
		params = append(params, of)
	}
	if tied != len(doc.Tied) {
		return nil, nil, &ContentError{Kind: ErrArchitecture, Where: "tied", What: fmt.Sprintf("got %d names, of which %d are of parameters", len(doc.Tied), tied)}
	}
	return params, slots, nil
}

// fill reads the values of the parameters from the file.
func fill(file *safetensors.File, slots []slot, frozen []string) error {
	tensors := map[string]safetensors.Tensor{}
	for _, t := range file.Tensors {
		tensors[t.Name] = t
	}
	for _, s := range slots {
		t, ok := tensors[s.name]
		if !ok {
			return &ContentError{Kind: ErrMissingTensor, What: fmt.Sprintf("%q, of shape %v", s.name, []int(s.Shape()))}
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
		return &ContentError{Kind: ErrExtraTensor, What: strconv.Quote(extra[0])}
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
		return &ContentError{Kind: ErrTensor, Where: fmt.Sprintf("%q", t.Name),
			What: fmt.Sprintf("got %s of shape %v, want %s of shape %v", dtypeOf(t.Data), t.Shape, p.Dtype(), []int(p.Shape()))}
	}
	return nil
}

// checkParams asks the layers that do not accept every value whether theirs are acceptable.
func (f *Flow) checkParams() error {
	for _, n := range f.Layers() {
		if c, ok := n.Layer.(layers.ParamChecker); ok {
			if err := c.CheckParams(); err != nil {
				return &ContentError{Kind: ErrTensor, Where: "layer " + n.Name, Err: err}
			}
		}
	}
	return nil
}

// fault reports what is wrong with a layer's description.
func (l namedLayer) fault(err error) error {
	return &ContentError{Kind: ErrArchitecture, Where: fmt.Sprintf("layer %s (%s)", l.Name, l.Kind), Err: err}
}

// dtypeOf is the type of a tensor's numbers, spelled as in a model file.
func dtypeOf(data any) string {
	switch data.(type) {
	case []float64:
		return string(graph.Float64)
	case []float32:
		return string(graph.Float32)
	}
	return "bytes"
}
