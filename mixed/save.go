package mixed

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"gaussflow/columns"
	"gaussflow/flows"
	"gaussflow/graph/safetensors"
)

// formatName and formatVersion identify the model file's format, which docs/model-format.md describes.
const (
	formatName    = "gaussflow-mixed/"
	formatVersion = "1"
)

// document is the value of "model" in a model file's metadata.
type document struct {
	Library string         `json:"library"`
	Schema  columns.Schema `json:"schema"`
	Gaps    []int          `json:"gaps,omitempty"` // indexes of the modelled columns that had missing cells
	// Calendar says that the network reads the position of times in the day, the week, the month and the year. In models of earlier
	// versions it does not.
	Calendar bool `json:"calendar,omitempty"`
	// Residuals are those of numbers that nearly determine each other, the tightest first. Models of earlier versions have none.
	Residuals []residualDocument `json:"residuals,omitempty"`
	Config    Config             `json:"config"`
	Facts     Facts              `json:"facts"`
}

// residualDocument describes a residual, whose marginal is in tensors.
type residualDocument struct {
	Columns []int     `json:"columns"` // indexes of modelled columns
	Factors []float64 `json:"factors"`
	Widths  []float64 `json:"widths"`
	Low     float64   `json:"low"`
	High    float64   `json:"high"`
}

func (l *layout) residualDocuments() (all []residualDocument) {
	for _, r := range l.residuals {
		doc := residualDocument{Factors: r.factors, Widths: r.widths, Low: r.low, High: r.high}
		for _, s := range r.slots {
			doc.Columns = append(doc.Columns, l.columnOf(s))
		}
		all = append(all, doc)
	}
	return all
}

// Save writes the model to one file that Load and any reader of safetensors understand; the layout is in docs/model-format.md. The
// write is atomic: whatever happens, path holds either what it held before or the whole model. The same fit gives the same file,
// byte for byte.
func (m *Model) Save(path string) error {
	file, err := m.file()
	if err != nil {
		return fmt.Errorf("mixed: Save: %w", err)
	}
	if err := safetensors.WriteFile(path, file); err != nil {
		return fmt.Errorf("mixed: Save: %s: %w", path, err)
	}
	return nil
}

// SaveTo is Save to w.
func (m *Model) SaveTo(w io.Writer) error {
	file, err := m.file()
	if err == nil {
		err = safetensors.Write(w, file)
	}
	if err != nil {
		return fmt.Errorf("mixed: SaveTo: %w", err)
	}
	return nil
}

func (m *Model) file() (*safetensors.File, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(document{"gaussflow " + flows.Version, m.schema, m.net.gaps, len(m.net.times) > 0, m.net.residualDocuments(), m.config, m.Facts})
	if err != nil {
		return nil, err
	}
	file := &safetensors.File{Metadata: map[string]string{"format": formatName + formatVersion, "model": string(raw)}}
	for i, g := range m.net.marginals {
		file.Tensors = append(file.Tensors, g.tensors(marginalName(i))...)
	}
	for i, r := range m.net.residuals {
		file.Tensors = append(file.Tensors, r.knots.tensors(residualName(i))...)
	}
	for _, p := range m.net.Params() {
		for i, v := range p.Values() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, &flows.ContentError{Kind: flows.ErrNonFinite, Where: fmt.Sprintf("tensor %q", p.Name), What: fmt.Sprintf("element %d is %v", i, v)}
			}
		}
		file.Tensors = append(file.Tensors, safetensors.Tensor{Name: p.Name, Shape: p.Shape(), Data: p.Data()})
	}
	return file, nil
}

// partNames are the suffixes of the names of a marginal's tensors.
var partNames = [3]string{"x", "u", "slope"}

// marginalName is that of the i-th number's marginal, and residualName that of the i-th residual's.
func marginalName(i int) string { return fmt.Sprintf("marginal%d", i) }
func residualName(i int) string { return fmt.Sprintf("residual%d", i) }

// tensors are those of a marginal.
func (m *marginal) tensors(name string) (all []safetensors.Tensor) {
	for part, numbers := range [3][]float64{m.x, m.u, m.slope} {
		all = append(all, safetensors.Tensor{Name: name + "." + partNames[part], Shape: []int{len(numbers)}, Data: numbers})
	}
	return all
}
