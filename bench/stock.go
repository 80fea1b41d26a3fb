package bench

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/bench/manual"
	"gaussflow/flows"
	"gaussflow/graph"
)

// A stock is the composed graph of a flow as it would run with Gorgonia alone: with its tape machine, with gradients
// bound to the parameters' nodes, and with its Adam. It has copies of the flow's parameters.
type stock struct {
	machine G.VM
	solver  G.Solver
	x       *G.Node
	params  G.Nodes
	out     G.Value // log p of each row, or the rows' contribution to the batch's mean of −log p
	rows    int
	in      *tensor.Dense
}

// newStock builds the graph for a number of rows. If batch > 0 it is for training: its result is the rows' contribution to
// the batch's mean of −log p, and it has gradients.
func newStock(f *flows.Flow, rows, batch int) (*stock, error) {
	b := graph.NewBuilder(f.Dtype())
	b.Composed = true
	s := &stock{rows: rows, x: b.Input("x", rows, f.Dim()), in: tensor.New(tensor.Of(f.Dtype().Tensor()), tensor.WithShape(rows, f.Dim()))}
	_, logProb := f.LogProbNodes(b, s.x, nil)
	out := logProb
	if batch > 0 {
		out = b.Scale(b.SumLast(logProb), -1/float64(batch))
	}
	for _, p := range f.Params() {
		s.params = append(s.params, b.Param(p))
	}
	var options []G.VMOpt
	if batch > 0 {
		b.Grad(out, s.params...)
		options = append(options, G.BindDualValues(s.params...))
	}
	if err := b.Err(); err != nil {
		return nil, fmt.Errorf("bench: stock: %w", err)
	}
	G.Read(out, &s.out)
	if err := s.fill(b.Graph(), f); err != nil {
		return nil, fmt.Errorf("bench: stock: %w", err)
	}
	s.machine = G.NewTapeMachine(b.Graph(), options...)
	s.solver = G.NewAdamSolver(G.WithLearnRate(manual.LearningRate), G.WithEps(1e-7))
	return s, nil
}

// fill sets the parameters' nodes to copies of the flow's parameters, and every other input to zeros.
func (s *stock) fill(g *G.ExprGraph, f *flows.Flow) error {
	for i, p := range f.Params() {
		v := tensor.New(tensor.WithShape(p.Shape()...), tensor.WithBacking(clone(p.Data())))
		if err := G.Let(s.params[i], v); err != nil {
			return err
		}
	}
	for _, n := range g.AllNodes() {
		if n.Op() != nil || n.Value() != nil {
			continue
		}
		if err := G.Let(n, zeros(n)); err != nil {
			return err
		}
	}
	return G.Let(s.x, s.in)
}

func clone(data any) any {
	if d, ok := data.([]float32); ok {
		return append([]float32(nil), d...)
	}
	return append([]float64(nil), data.([]float64)...)
}

func zeros(n *G.Node) any {
	if !n.Shape().IsScalar() {
		return tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(n.Shape()...))
	}
	if n.Dtype() == tensor.Float32 {
		return float32(0)
	}
	return float64(0)
}

// load copies rows of x from row first on; beyond its end the last row is repeated.
func (s *stock) load(x *mat.Dense, first int) {
	n, dim := x.Dims()
	for i := range s.rows {
		for j, v := range x.RawRowView(min(first+i, n-1)) {
			switch data := s.in.Data().(type) {
			case []float32:
				data[i*dim+j] = float32(v)
			case []float64:
				data[i*dim+j] = v
			}
		}
	}
}

// run evaluates the graph and resets the machine.
func (s *stock) run() error {
	s.machine.Reset()
	return s.machine.RunAll()
}

// learn adds the gradients of the batch x, part by part, to those that the parameters' nodes have accumulated since the
// last step.
func (s *stock) learn(x *mat.Dense) error {
	n, _ := x.Dims()
	for first := 0; first < n; first += s.rows {
		s.load(x, first)
		if err := s.run(); err != nil {
			return err
		}
	}
	return nil
}

// step is one step of Adam on the batch x.
func (s *stock) step(x *mat.Dense) error {
	if err := s.learn(x); err != nil {
		return err
	}
	return s.solver.Step(G.NodesToValueGrads(s.params))
}

// stockMost is the most rows that a tape machine processes at a time. It keeps the value of every node, which for the
// 4096 rows of the shape diagonal would be over 20 GB in float64.
const stockMost = 1024

// stockStep uses one thread, because a tape machine has no shards.
func stockStep(s Shape, dtype graph.Dtype, _ int) (Run, error) {
	rows := min(s.Batch, stockMost)
	if s.Batch%rows != 0 {
		return nil, fmt.Errorf("bench: stock: a batch of %d rows, want at most %d or a multiple of it", s.Batch, stockMost)
	}
	f, err := s.Flow(dtype)
	if err != nil {
		return nil, err
	}
	m, err := newStock(f, rows, s.Batch)
	x := s.Data(s.Batch)
	return repeat(func() error { return m.step(x) }), err
}

// stockRows is LogProb of n rows, in batches of up to 512.
func stockRows(n int) maker {
	return func(s Shape, dtype graph.Dtype, _ int) (Run, error) {
		f, err := s.Flow(dtype)
		if err != nil {
			return nil, err
		}
		rows := min(n, 512)
		m, err := newStock(f, rows, 0)
		x := s.Data(n)
		return repeat(func() error {
			for first := 0; first < n; first += rows {
				m.load(x, first)
				if err := m.run(); err != nil {
					return err
				}
			}
			return nil
		}), err
	}
}
