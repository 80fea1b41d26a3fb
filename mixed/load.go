package mixed

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gaussflow/columns"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/strictjson"
)

// Load reads a model that Save wrote: it computes the same numbers, bit for bit. The errors about the content of a file wrap those
// of package safetensors, or flows.ErrFormat and the like.
func Load(path string) (*Model, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("mixed: Load: %s: %w", path, err)
	}
	m, err := fromFile(file)
	if err != nil {
		return nil, fmt.Errorf("mixed: Load: %s: %w", path, err)
	}
	return m, nil
}

// LoadFrom is Load from r; the model must be the last thing in r.
func LoadFrom(r io.Reader) (*Model, error) {
	if r == nil {
		return nil, errors.New("mixed: LoadFrom: the reader is nil")
	}
	file, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("mixed: LoadFrom: %w", err)
	}
	m, err := fromFile(file)
	if err != nil {
		return nil, fmt.Errorf("mixed: LoadFrom: %w", err)
	}
	return m, nil
}

func fromFile(file *safetensors.File) (*Model, error) {
	version, ours := strings.CutPrefix(file.Metadata["format"], formatName)
	switch {
	case !ours:
		return nil, &flows.ContentError{Kind: flows.ErrFormat, Where: "format", What: fmt.Sprintf("got %q, want %q", file.Metadata["format"], formatName+formatVersion)}
	case version != formatVersion:
		return nil, &flows.ContentError{Kind: flows.ErrVersion, Where: "format", What: fmt.Sprintf("got version %q, want %q", version, formatVersion)}
	case len(file.Metadata) != 2:
		return nil, &flows.ContentError{Kind: flows.ErrFormat, What: fmt.Sprintf("its strings are %q, want \"format\", \"model\" and \"checksum\"", slices.Sorted(maps.Keys(file.Metadata)))}
	}
	var doc document
	if err := strictjson.Unmarshal([]byte(file.Metadata["model"]), &doc, true); err != nil {
		return nil, described(err)
	}
	m, err := doc.build(file)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// described reports what is wrong with the description.
func described(err error) error { return &flows.ContentError{Kind: flows.ErrArchitecture, Err: err} }

// tensors are the tensors of a file that have not been used yet.
type tensors map[string]safetensors.Tensor

// take returns a tensor's numbers, of any length if want is negative, and removes the tensor.
func (t tensors) take(name string, want int) ([]float64, error) {
	tensor, ok := t[name]
	if !ok {
		return nil, &flows.ContentError{Kind: flows.ErrMissingTensor, What: strconv.Quote(name)}
	}
	delete(t, name)
	numbers, ok := tensor.Data.([]float64)
	if !ok || want >= 0 && len(numbers) != want || len(tensor.Shape) != 1 {
		return nil, &flows.ContentError{Kind: flows.ErrTensor, Where: strconv.Quote(name), What: fmt.Sprintf("got %s of shape %v, want float64 numbers in one axis, as many as the marginal has knots", dtypeOf(tensor), tensor.Shape)}
	}
	return numbers, nil
}

// build makes the model that is described, after a check that it is no larger than the file.
func (doc document) build(file *safetensors.File) (*Model, error) {
	rest, numbers := tensors{}, 0.0
	for _, t := range file.Tensors {
		size := 1.0
		for _, s := range t.Shape {
			size *= float64(s)
		}
		rest[t.Name], numbers = t, numbers+size
	}
	l, err := doc.layout(rest)
	if err != nil {
		return nil, err
	}
	c := doc.Config
	if err := errors.Join(c.Validate(), doc.complete(c)); err != nil {
		return nil, described(err)
	}
	if want := networkSize(l, c); want > numbers {
		return nil, &flows.ContentError{Kind: flows.ErrMissingTensor, What: fmt.Sprintf("the network has %.0f numbers, the file %.0f", want, numbers)}
	}
	net, err := newNetwork(l, c)
	if err != nil {
		return nil, described(err)
	}
	if err := fill(net, rest); err != nil {
		return nil, err
	}
	return &Model{Facts: doc.Facts, schema: doc.Schema, net: net, order: l.order(), config: c}, nil
}

// complete reports a config without the fields that determine the network.
func (doc document) complete(c Config) error {
	if len(c.Hidden) == 0 || c.Components == 0 || c.Dtype == "" {
		return errors.New("config: want hidden, components and dtype")
	}
	return nil
}

// networkSize is how many numbers the network has.
func networkSize(l *layout, c Config) (n float64) {
	in := float64(l.inputs())
	for _, width := range append(slices.Clone(c.Hidden), 3*l.d()*c.Components+l.total) {
		n += (in + 1) * float64(width)
		in = float64(width)
	}
	return n
}

// layout is that of the schema, with the marginals of the file.
func (doc document) layout(rest tensors) (*layout, error) {
	var modelled []columns.Column
	for _, c := range doc.Schema.Columns {
		if c.Modelled() {
			modelled = append(modelled, c)
		}
	}
	if len(modelled) == 0 {
		return nil, described(errors.New("schema: no column is modelled"))
	}
	if err := errors.Join(checkColumns(modelled), checkNames(doc.Schema)); err != nil {
		return nil, described(err)
	}
	if err := checkGaps(doc.Gaps, len(modelled)); err != nil {
		return nil, described(err)
	}
	l := newLayout(modelled, doc.Gaps, doc.Calendar)
	l.waves = doc.Config.Waves
	for i, j := range l.numbers {
		m := newMarginal(&modelled[j])
		if err := rest.knots(m, marginalName(i)); err != nil {
			return nil, err
		}
		l.marginals = append(l.marginals, m)
	}
	for i, described := range doc.Residuals {
		r, err := described.build(l, rest, i)
		if err != nil {
			return nil, err
		}
		l.residuals = append(l.residuals, r)
	}
	return l, nil
}

// knots reads the knots of a marginal.
func (t tensors) knots(m *marginal, name string) (err error) {
	if m.x, err = t.take(name+"."+partNames[0], -1); err != nil {
		return err
	}
	for part, to := range []*[]float64{&m.u, &m.slope} {
		if *to, err = t.take(name+"."+partNames[1+part], len(m.x)); err != nil {
			return err
		}
	}
	if err := m.validate(); err != nil {
		return &flows.ContentError{Kind: flows.ErrTensor, Where: name, Err: err}
	}
	return nil
}

// build makes the i-th residual, whose knots are among the tensors.
func (doc residualDocument) build(l *layout, rest tensors, i int) (*residual, error) {
	r := &residual{factors: doc.Factors, widths: doc.Widths, knots: newMarginal(&columns.Column{}), low: doc.Low, high: doc.High}
	for k, j := range doc.Columns {
		if !slices.Contains(l.numbers, j) || slices.Contains(doc.Columns[:k], j) {
			return nil, described(fmt.Errorf("residuals: element %d: columns %v, want columns that are numbers, %v, each once", i, doc.Columns, l.numbers))
		}
		r.slots = append(r.slots, l.slot[j])
	}
	moderate := func(f float64) bool { return f <= 1e100 && f >= 1e-100 }
	n := len(doc.Columns)
	if n < 2 || len(doc.Factors) != n || len(doc.Widths) != n || !(doc.Low <= doc.High) ||
		slices.ContainsFunc(doc.Factors, func(f float64) bool { return !moderate(math.Abs(f)) }) || slices.ContainsFunc(doc.Widths, func(w float64) bool { return !moderate(w) }) {
		return nil, described(fmt.Errorf("residuals: element %d: columns %v with factors %v and widths %v, from %v to %v, want two or more columns, for each a factor other than 0 and a positive width, and the lower end first",
			i, doc.Columns, doc.Factors, doc.Widths, doc.Low, doc.High))
	}
	return r, rest.knots(r.knots, residualName(i))
}

// checkGaps reports gaps that are not ascending indexes of columns.
func checkGaps(gaps []int, d int) error {
	for g, j := range gaps {
		if j < 0 || j >= d || g > 0 && j <= gaps[g-1] {
			return fmt.Errorf("gaps: got %v, want numbers of columns that are modelled, 0 to %d, ascending", gaps, d-1)
		}
	}
	return nil
}

// validate reports knots that do not define an increasing map.
func (m *marginal) validate() error {
	if len(m.x) < 2 {
		return fmt.Errorf("got %d knots, want 2 or more", len(m.x))
	}
	for i := range m.x {
		if !(math.Abs(m.x[i]) <= 1e200 && math.Abs(m.u[i]) <= 1e3 && m.slope[i] > 0 && m.slope[i] <= 1e300) {
			return fmt.Errorf("knot %d is at x = %v, u = %v with slope %v, want |x| ≤ 1e200, |u| ≤ 1000 and a slope more than 0 and at most 1e300", i, m.x[i], m.u[i], m.slope[i])
		}
		if i > 0 && !(m.x[i-1] <= m.x[i] && m.u[i-1] < m.u[i]) || i > 1 && m.x[i-2] == m.x[i] {
			return fmt.Errorf("knot %d does not lie above the one before, or is the third of one x", i)
		}
	}
	return nil
}

// dtypeOf names the type of a tensor's numbers as a model file does.
func dtypeOf(t safetensors.Tensor) string {
	switch t.Data.(type) {
	case []float64:
		return string(graph.Float64)
	case []float32:
		return string(graph.Float32)
	}
	return "bytes"
}

// fill reads the network's parameters from the file, and reports tensors that are left over.
func fill(net *network, rest tensors) error {
	for _, p := range net.Params() {
		t, ok := rest[p.Name]
		if !ok {
			return &flows.ContentError{Kind: flows.ErrMissingTensor, What: fmt.Sprintf("%q, of shape %v", p.Name, []int(p.Shape()))}
		}
		delete(rest, p.Name)
		if !slices.Equal(p.Shape(), t.Shape) || p.SetData(t.Data) != nil {
			return &flows.ContentError{Kind: flows.ErrTensor, Where: strconv.Quote(p.Name), What: fmt.Sprintf("got %s of shape %v, want %s of shape %v", dtypeOf(t), t.Shape, p.Dtype(), []int(p.Shape()))}
		}
		for i, v := range p.Values() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &flows.ContentError{Kind: flows.ErrNonFinite, Where: strconv.Quote(p.Name), What: fmt.Sprintf("element %d is %v", i, v)}
			}
		}
	}
	if extra := slices.Sorted(maps.Keys(rest)); len(extra) > 0 {
		return &flows.ContentError{Kind: flows.ErrExtraTensor, What: strconv.Quote(extra[0])}
	}
	return nil
}
