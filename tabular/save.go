package tabular

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/defaults"
	"gaussflow/train"
)

// ErrNoTable is wrapped by the error of Load for a flow that was saved without the facts of a table.
var ErrNoTable = errors.New("the file holds a flow without the facts of a table: Model.Save writes them")

// extra is the key of a Model's Facts in the Metadata of its flow.
const extra = "tabular"

// Save writes the model to one file (see flows.Flow.Save), from which flows.Load can read the flow alone. For an any-order
// density it is the file of mixed.Model.Save with the facts of the table as an additional string. The file does not hold the
// duration of the fit, so that the same fit gives the same file, byte for byte.
func (m *Model) Save(path string) error {
	if m != nil && m.Mixed != nil && m.Flow == nil {
		return m.saveMixed("Save", func(f *safetensors.File) error { return safetensors.WriteFile(path, f) })
	}
	f, err := m.saved()
	if err != nil {
		return fmt.Errorf("tabular: Save: %w", err)
	}
	return f.Save(path)
}

// SaveTo is Save to w.
func (m *Model) SaveTo(w io.Writer) error {
	if m != nil && m.Mixed != nil && m.Flow == nil {
		return m.saveMixed("SaveTo", func(f *safetensors.File) error { return safetensors.Write(w, f) })
	}
	f, err := m.saved()
	if err != nil {
		return fmt.Errorf("tabular: SaveTo: %w", err)
	}
	return f.SaveTo(w)
}

// saved is the flow with everything known about the table in its Metadata. The history is kept once, with the flow.
func (m *Model) saved() (*flows.Flow, error) {
	if m == nil || m.Flow == nil {
		return nil, errors.New("the Model is nil or has no Flow: Fit or Load makes one")
	}
	if err := m.validate(m.Flow.Dim(), m.Flow.ContextDim()); err != nil {
		return nil, err
	}
	facts := m.lasting()
	facts.Training.History = nil
	raw, err := json.Marshal(facts)
	if err != nil {
		return nil, err
	}
	f := *m.Flow
	f.Metadata.Columns, f.Metadata.Seed = m.Reads(), m.Config.Seed
	f.Metadata.Extra = maps.Clone(f.Metadata.Extra)
	if f.Metadata.Extra == nil {
		f.Metadata.Extra = map[string]json.RawMessage{}
	}
	f.Metadata.Extra[extra] = raw
	f.Metadata.Training = &flows.FitSummary{
		Rows: facts.Training.Rows, BatchSize: facts.Config.BatchSize, Seed: facts.Config.Seed, Kernels: facts.Training.Kernels, History: timeless(m.Training.History),
	}
	return &f, nil
}

// lasting are the facts without those of a single run: its duration, and the warning about the file that the model was
// loaded from.
func (f Facts) lasting() Facts {
	f.Training.Seconds = 0
	f.Warnings = slices.DeleteFunc(slices.Clone(f.Warnings), func(w Warning) bool { return w.Kind == Unverified })
	return f
}

// timeless is the history with all durations zero.
func timeless(h *train.History) *train.History {
	if h == nil {
		return nil
	}
	t := *h
	t.Seconds = make([]float64, len(h.Epoch))
	return &t
}

// Load reads a model that Save wrote: it computes the same numbers, bit for bit. For a flow that was saved by itself
// the error is ErrNoTable; the other errors are those of flows.Load.
func Load(path string) (*Model, error) {
	f, err := flows.Load(path)
	if errors.Is(err, flows.ErrFormat) {
		if m, isMixed, errMixed := loadMixed(path); isMixed {
			return m, errMixed
		}
	}
	if err != nil {
		return nil, err
	}
	m, err := fromFlow(f)
	if err != nil {
		return nil, &flows.FileError{Op: "Load", Path: path, Err: err}
	}
	return m, nil
}

// OfFlow makes a model of a flow that has no facts of a table. Its columns are named by the flow's Metadata, or else x1, x2, …,
// and the columns it is conditional on c1, c2, …. It maps and draws rows, but has no Reference and cannot be saved, and counts
// every column's standard deviation as 1.
func OfFlow(f *flows.Flow) (*Model, error) {
	if f == nil || f.Dim() < 1 {
		return nil, flows.ErrNotBuilt
	}
	m := &Model{Flow: f, Facts: Facts{Quanta: make([]float64, f.Dim())}}
	names := f.Metadata.Columns
	if len(names) != f.Dim()+f.ContextDim() {
		names = append(defaults.Names("x", f.Dim()), defaults.Names("c", f.ContextDim())...)
	}
	for _, name := range names[:f.Dim()] {
		m.Columns = append(m.Columns, Column{Column: data.Column{Name: name, Std: 1}})
	}
	m.Given = names[f.Dim():]
	return m, nil
}

func fromFlow(f *flows.Flow) (*Model, error) {
	raw, ok := f.Metadata.Extra[extra]
	if !ok {
		return nil, ErrNoTable
	}
	m := &Model{Flow: f}
	if err := json.Unmarshal(raw, &m.Facts); err != nil {
		return nil, notOfTable(err)
	}
	if f.Metadata.Training != nil {
		m.Training.History = f.Metadata.Training.History
	}
	if err := m.validate(f.Dim(), f.ContextDim()); err != nil {
		return nil, notOfTable(err)
	}
	if f.Unverified() {
		m.Warnings = append(m.Warnings, unverified)
	}
	return m, nil
}

var unverified = Warning{Kind: Unverified, Text: "the model file has no checksum, as files had none once: " +
	"whether its numbers are those that were saved is not known"}

// notOfTable says that the facts of the table are not what they should be.
func notOfTable(err error) error {
	return &flows.ContentError{Kind: flows.ErrArchitecture, Where: "the facts of the table", Err: err}
}

// A FactError reports facts of a table that contradict each other or the flow.
type FactError struct{ What string }

func (e *FactError) Error() string { return e.What }

// validate reports facts that do not fit a flow of d columns and context columns of context.
func (f Facts) validate(d, context int) error {
	names := slices.Sorted(slices.Values(append(f.Names(), f.Given...)))
	switch {
	case len(f.Given) != context:
		return &FactError{fmt.Sprintf("%d columns are given, want %d", len(f.Given), context)}
	case len(f.kept()) != d:
		return &FactError{fmt.Sprintf("%d columns are kept, want %d", len(f.kept()), d)}
	case len(slices.Compact(names)) != len(f.Columns)+len(f.Given) || slices.Contains(names, ""):
		return &FactError{"two columns have one name or one has none"}
	case len(f.Quanta) != d:
		return &FactError{fmt.Sprintf("there are %d quanta, want %d", len(f.Quanta), d)}
	case len(f.Reference) == 0:
		return &FactError{"there are no quantiles of log p of the reference rows, want at least one"}
	case !f.Reference.ascend() || !f.Fitted.ascend() || !f.Held.ascend():
		return &FactError{"the quantiles of log p do not ascend"}
	}
	if err := f.checkSchema(); err != nil {
		return err
	}
	if err := f.boundNumbers(); err != nil {
		return err
	}
	for i, j := range f.kept() {
		if c, step := f.Columns[j], f.Quanta[i]; !(step >= 0 && (step <= maxSteps*c.Std || c.Std == 0 && step < 1)) {
			return &FactError{fmt.Sprintf("column %q of standard deviation %g lies on a grid of step %g, want a step that its values can have", c.Name, c.Std, step)}
		}
	}
	return nil
}

// maxSteps is the greatest step of a column's grid, in standard deviations: if all but one of N rows lie on one point and that one
// on the next, the step is √N standard deviations.
const maxSteps = 1e9

// mostNumber limits the numbers in the facts of a kept column, and log p, so that sums and differences of a few of them
// are finite.
const mostNumber = 1e307

// boundNumbers reports numbers that no table can have, because readers of a model compute with them unchecked.
func (f Facts) boundNumbers() error {
	for _, c := range f.Columns {
		most := mostNumber
		if c.Dropped { // a constant may have any value
			most = math.MaxFloat64
		}
		for _, n := range []struct {
			name        string
			v, from, to float64
		}{
			{"mean", c.Mean, -most, most},
			{"std", c.Std, 0, most},
			{"quantum", c.Quantum, 0, most},
			{"top", c.Top, 0, 1},
			{"distinct", float64(c.Distinct), 0, 1 << 53},
		} {
			if !(n.from <= n.v && n.v <= n.to) {
				return &FactError{fmt.Sprintf("column %q: %s = %g, want %g to %g", c.Name, n.name, n.v, n.from, n.to)}
			}
		}
	}
	for _, q := range []Quantiles{f.Reference, f.Fitted, f.Held} {
		for _, v := range q {
			if !(math.Abs(v) <= mostNumber) {
				return &FactError{fmt.Sprintf("a quantile of log p is %g, want at most %g in size", v, mostNumber)}
			}
		}
	}
	if t := f.Training; min(t.Rows, t.ValidationRows, t.ReferenceRows, t.Parameters) < 0 || !(math.Abs(t.LogLikelihood) <= mostNumber) {
		return &FactError{fmt.Sprintf("of %d rows, %d validation rows, %d reference rows and %d parameters one is negative, or the log likelihood %g "+
			"is more than %g in size", t.Rows, t.ValidationRows, t.ReferenceRows, t.Parameters, t.LogLikelihood, mostNumber)}
	}
	return nil
}

// ascend reports whether q is in ascending order. JSON has no NaN, but a Model made by hand may.
func (q Quantiles) ascend() bool { return slices.IsSorted(q) && (len(q) == 0 || !math.IsNaN(q[0])) }
