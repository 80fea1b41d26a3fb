package graph

import (
	"errors"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph/kernel"
	"gaussflow/rows"
)

// A Program is a compiled graph: a list of steps over memory allocated once. Parameters are read from their own memory,
// so programs that share parameters see each update. A Program may be used by one goroutine at a time.
type Program struct {
	fixed   []func() error // steps that depend on parameters alone, run only when one of sources has changed
	sources []*Param       // the parameters that fixed reads
	steps   []func() error
	late    []func() error      // steps of summed nodes that can be run once, after the last run
	buffers map[*G.Node]numbers // memory of inputs and outputs
	seen    uint64              // version at the last run of fixed; 0 before the first
	input   rowInput            // see rowsOf

	add     bool // add to the totals of SumInto instead of setting them
	pending bool // the program has run since the last FinishSum, so that late has to run
}

// building serializes Build, because Gorgonia's operations share constant nodes whose hashes are computed, without a
// lock, when a graph first asks for them.
var building sync.Mutex

// Build compiles the graph that write makes; write returns the outputs. It may be called from several goroutines, unlike
// the methods of a Builder. A panic of write becomes an error, or the Builder's own error if it has one, because
// Gorgonia's functions panic on the nil nodes that follow an error.
func Build(dtype Dtype, write func(b *Builder) (outputs []*G.Node)) (p *Program, err error) {
	if write == nil {
		return nil, errors.New("graph: Build: the function that writes the graph is nil")
	}
	building.Lock()
	defer building.Unlock()
	b := NewBuilder(dtype)
	defer func() {
		if r := recover(); r != nil {
			b.Fail(fmt.Errorf("graph: Build: panic%s: %v", panicSite(), r))
			p, err = nil, b.err
		}
	}()
	return b.Compile(write(b)...)
}

// Compile keeps the part of the Builder's graph that outputs and sums (see SumInto) need, allocates memory for its nodes
// and returns the program. Only inputs and outputs can be read afterwards, since other nodes share memory.
func (b *Builder) Compile(outputs ...*G.Node) (*Program, error) {
	if err := b.Err(); err != nil {
		return nil, err
	}
	if err := b.check("Compile", outputs...); err != nil {
		return nil, err
	}
	if err := kernel.CheckSet(); err != nil {
		return nil, fmt.Errorf("graph: Compile: %w", err)
	}
	return b.engine.compile(b, outputs)
}

// Run computes every output from the current inputs, and sets the totals of SumInto.
func (p *Program) Run() error {
	if err := p.RunSum(false); err != nil {
		return err
	}
	return p.FinishSum(false)
}

// RunSum computes every output and sets the totals of SumInto or, with add, adds to them. The totals are complete only
// after FinishSum.
func (p *Program) RunSum(add bool) error {
	if now := p.version(); p.seen != now {
		if err := runAll(p.fixed); err != nil {
			return err
		}
		p.seen = now
	}
	p.add = add
	err := runAll(p.steps)
	p.pending = true
	return err
}

// version increases with every change of a source; it is at least 1.
func (p *Program) version() uint64 {
	v := uint64(1)
	for _, param := range p.sources {
		v += param.writes.Load()
	}
	return v
}

// FinishSum ends a series of RunSum: it sets, or with add adds to, the totals that are linear in a sum over the series.
func (p *Program) FinishSum(add bool) error {
	p.add, p.pending = add, false
	return runAll(p.late)
}

func runAll(steps []func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Set copies values, row-major, to the start of an input, as many as fit.
func (p *Program) Set(input *G.Node, values []float64) {
	if data := p.buffers[input]; data != nil {
		data.set(0, values)
	}
}

// SetRows fills an input, rows×dim, with the rows lo ≤ i < hi of x, at least one and at most as many as it has; if they are fewer, the
// last one is repeated. Rows to which x gives access are not copied elsewhere first.
func (p *Program) SetRows(input *G.Node, x mat.Matrix, lo, hi int) error {
	refused := func(want string) error {
		return &ShapeError{Op: "graph: SetRows", Got: fmt.Sprintf("rows %d ≤ i < %d of %s", lo, hi, rows.ShapeOf(x)), Want: want}
	}
	n, dim := rows.Dims(x)
	if lo < 0 || lo >= hi || hi > n || dim < 1 {
		return refused("one of its rows at least")
	}
	data := p.buffers[input]
	if data == nil {
		return nil
	}
	in := p.rowsOf(input)
	if in.cols != dim || in.rows < hi-lo {
		return refused(fmt.Sprintf("rows for an input of shape %v", input.Shape()))
	}
	view := rows.ViewOf(x)
	for at := range in.rows {
		data.set(at*dim, view.Row(in.scratch, min(lo+at, hi-1)))
	}
	return nil
}

// A rowInput is an input that rows are copied to, with memory for one of them.
type rowInput struct {
	node       *G.Node
	rows, cols int // 0 if it is no matrix
	scratch    []float64
}

// rowsOf is kept for the input that was asked for last, because a node's shape is a new slice each time.
func (p *Program) rowsOf(input *G.Node) *rowInput {
	if p.input.node != input {
		p.input = rowInput{node: input}
		if shape := input.Shape(); len(shape) == 2 {
			p.input = rowInput{input, shape[0], shape[1], make([]float64, shape[1])}
		}
	}
	return &p.input
}

// Get copies the start of a node's value, row-major, to dst, as many numbers as fit.
func (p *Program) Get(n *G.Node, dst []float64) {
	if data := p.buffers[n]; data != nil {
		data.get(dst)
	}
}

// Scalar is the value of a scalar node.
func (p *Program) Scalar(n *G.Node) float64 {
	if data := p.buffers[n]; data != nil {
		return data.first()
	}
	return 0
}

// Buffer is the memory of a node, a []float64 or []float32 by the graph's dtype, valid after Run until the next. It is
// nil if the program does not need the node.
func (p *Program) Buffer(n *G.Node) any {
	if data := p.buffers[n]; data != nil {
		return data.slice()
	}
	return nil
}
