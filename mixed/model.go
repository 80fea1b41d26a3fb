package mixed

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/columns"
	"gaussflow/graph"
	"gaussflow/rows"
)

// A Model is a density of rows whose columns may be numbers and categories, and whose cells may be missing. It is made by Fit or
// Load. Its methods may be called from several goroutines.
type Model struct {
	Facts Facts // about the fit

	schema columns.Schema
	net    *network
	order  []int // slots, in the order of LogProb
	config Config
	held   []int // numbers of the rows of Fit that were held out; not saved

	once  sync.Once
	probs *graph.RowFunc // computes logProbs of rows
	theta *graph.RowFunc // computes laws of rows
}

// Facts describe the fit.
type Facts struct {
	Rows           int `json:"rows"`            // trained on
	ValidationRows int `json:"validation_rows"` // held out, to choose the epoch by
	Epochs         int `json:"epochs"`          // trained
	BestEpoch      int `json:"best_epoch"`      // the epoch whose parameters the model has, from 0; train.Start for those it started from
	// LogProb is the mean log p of the rows held out, nats; Independent is the same for a model of independent columns.
	LogProb     float64 `json:"log_prob"`
	Independent float64 `json:"independent_log_prob"`
	// Warnings are what a user should know about the fit, one sentence each.
	Warnings []string `json:"warnings,omitempty"`
}

// Schema describes the columns, including those that are not modelled.
func (m *Model) Schema() columns.Schema {
	if m == nil {
		return columns.Schema{}
	}
	return columns.Schema{Columns: slices.Clone(m.schema.Columns), Rows: m.schema.Rows}
}

// Columns are the names of the modelled columns, in the order of the columns of x.
func (m *Model) Columns() (names []string) {
	if m.check() != nil {
		return nil
	}
	for _, c := range m.net.columns {
		names = append(names, c.Name)
	}
	return names
}

func (m *Model) check() error {
	if m == nil || m.net == nil {
		return ErrNotFitted
	}
	return nil
}

// checkRows reports an x that is not rows of the model's columns.
func (m *Model) checkRows(op string, x mat.Matrix) error {
	if err := m.check(); err != nil {
		return fmt.Errorf("mixed: %s: %w", op, err)
	}
	if n, d := rows.Dims(x); n < 1 || d != len(m.net.columns) {
		return fmt.Errorf("mixed: %s: got a %s matrix, want at least one row of %d columns, as Columns names them", op, rows.ShapeOf(x), len(m.net.columns))
	}
	return nil
}

// compile makes the graphs, in float64 whatever the dtype of the parameters.
func (m *Model) compile() {
	m.once.Do(func() {
		wide := func(build func(b *graph.Builder, x *G.Node) []*G.Node) *graph.RowFunc {
			return graph.NewRowFunc(graph.Float64, m.net.rowWidth(), func(b *graph.Builder, x *G.Node) []*G.Node {
				b.Widen = true
				return build(b, x)
			})
		}
		m.probs = wide(func(b *graph.Builder, x *G.Node) []*G.Node { return []*G.Node{m.net.logProbs(b, x)} })
		m.theta = wide(func(b *graph.Builder, x *G.Node) (laws []*G.Node) {
			numbers, categories := m.net.laws(b, x)
			for _, n := range []*G.Node{numbers, categories} {
				if n != nil {
					laws = append(laws, n)
				}
			}
			return laws
		})
	})
}

// LogProb is log p of each row of x, whose columns are those of Columns, in nats. It is a density in the units of the columns of
// numbers without a step, and a probability in the others. For a row with missing cells, NaN, it is log p of the cells that are
// there; for one without any cell it is 0. A row with a value that its column cannot have, such as an invalid level, has −Inf.
func (m *Model) LogProb(x mat.Matrix) ([]float64, error) {
	if err := m.checkRows("LogProb", x); err != nil {
		return nil, err
	}
	t := m.net.newTable(x, false)
	return m.chain(t, make([]bool, m.net.slots()))
}

// chain is, for each row, the sum of log p of the slots that are not given, in order, each conditional on those before it and on
// those given.
func (m *Model) chain(t *table, given []bool) ([]float64, error) {
	out := make([]float64, t.n)
	seen := slices.Clone(given)
	for _, s := range m.order {
		if given[s] {
			continue
		}
		if err := m.addLogProb(t, s, seen, out); err != nil {
			return nil, err
		}
		seen[s] = true
	}
	return out, nil
}

// addLogProb adds log p of a slot, given the slots that are seen, to each row's number.
func (m *Model) addLogProb(t *table, slot int, seen []bool, to []float64) error {
	which := t.rowsWhere(slot, present)
	logProbs, err := m.logProbsOf(t, which, slot, seen)
	for r, i := range which {
		if err == nil {
			to[i] += logProbs[r]
		}
	}
	for _, i := range t.rowsWhere(slot, impossible) {
		to[i] = math.Inf(-1)
	}
	return err
}

// rowsWhere are the rows in which the slot's cell has that state.
func (t *table) rowsWhere(slot int, is state) (which []int) {
	for i := range t.n {
		if t.at(i, slot) == is {
			which = append(which, i)
		}
	}
	return which
}

// logProbsOf are log p of a slot in the rows which; the slot must be present in these.
func (m *Model) logProbsOf(t *table, which []int, slot int, seen []bool) ([]float64, error) {
	out := make([]float64, len(which))
	asked := make([]float64, m.net.slots())
	asked[slot] = 1
	err := m.run(t, which, seen, asked, func(first int, outs [][]float64) {
		width := m.net.slots()
		for r := range len(outs[0]) / width {
			i := which[first+r]
			out[first+r] = outs[0][r*width+slot] + t.logUnits(i, slot, seen)
		}
	}, m.probsFunc())
	return out, err
}

func (m *Model) probsFunc() *graph.RowFunc { m.compile(); return m.probs }
func (m *Model) thetaFunc() *graph.RowFunc { m.compile(); return m.theta }

// run evaluates f for the rows which, some thousands at a time, with the slots that are seen and those that are asked for. use gets
// the outputs, first being the index of their first row.
func (m *Model) run(t *table, which []int, seen []bool, asked []float64, use func(first int, outs [][]float64), f *graph.RowFunc) error {
	const most = 4096
	for first := 0; first < len(which); first += most {
		n := min(most, len(which)-first)
		in := mat.NewDense(n, t.rowWidth(), nil)
		for r := range n {
			t.fill(in.RawRowView(r), which[first+r], seen, asked)
		}
		outs, err := f.Run(in)
		if err != nil {
			return err
		}
		use(first, outs)
	}
	return nil
}
