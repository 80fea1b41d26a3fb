package graph

import (
	"fmt"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// A Program is a compiled graph: a list of steps over buffers made once. Parameters are read from their own
// memory, so programs that share parameters see each update. One goroutine at a time may use a Program.
type Program struct {
	fixed   []func() error // what depends on parameters alone, run only when one has changed
	steps   []func() error
	buffers map[*G.Node]any // []float64 or []float32
	seen    uint64          // writes at the last run of fixed, plus one; 0 before the first
}

// building makes Build one at a time: Gorgonia's operations share constant nodes whose hashes are computed, without a
// lock, when a graph first asks for them.
var building sync.Mutex

// Build compiles the graph that write makes, whose outputs it returns. It is safe to call from several goroutines, which
// a Builder by itself is not. A panic of write is an error: the Builder's own where there is one, since Gorgonia's
// functions do not take the nil nodes that follow it.
func Build(dtype Dtype, write func(b *Builder) (outputs []*G.Node)) (p *Program, err error) {
	building.Lock()
	defer building.Unlock()
	b := NewBuilder(dtype)
	defer func() {
		if r := recover(); r != nil {
			b.Fail(fmt.Errorf("graph: Build: %v", r))
			p, err = nil, b.err
		}
	}()
	return b.Compile(write(b)...)
}

// Compile keeps what outputs need of the Builder's graph, gives each node its buffer and returns the program.
func (b *Builder) Compile(outputs ...*G.Node) (*Program, error) {
	if b.err != nil {
		return nil, b.err
	}
	order := topological(outputs)
	if b.dtype == Float32 {
		return compile[float32](b, order)
	}
	return compile[float64](b, order)
}

// Run computes every output from the inputs as they are.
func (p *Program) Run() error {
	if now := writes.Load() + 1; p.seen != now {
		if err := runAll(p.fixed); err != nil {
			return err
		}
		p.seen = now
	}
	return runAll(p.steps)
}

func runAll(steps []func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Set fills the start of an input with values, row-major, as many as both have.
func (p *Program) Set(input *G.Node, values []float64) {
	switch data := p.buffers[input].(type) {
	case []float64:
		copy(data, values)
	case []float32:
		n := min(len(data), len(values))
		convert(data[:n], values[:n])
	}
}

// Get copies the start of a node's value, row-major, into dst, as many as both have.
func (p *Program) Get(n *G.Node, dst []float64) {
	switch data := p.buffers[n].(type) {
	case []float64:
		copy(dst, data)
	case []float32:
		k := min(len(data), len(dst))
		convert(dst[:k], data[:k])
	}
}

// Scalar is the value of a scalar node.
func (p *Program) Scalar(n *G.Node) float64 {
	var x [1]float64
	p.Get(n, x[:])
	return x[0]
}

// Buffer is the memory of a node, a []float64 or []float32 by the graph's dtype: valid after Run, until the
// next. nil where the program does not need the node.
func (p *Program) Buffer(n *G.Node) any { return p.buffers[n] }

// topological lists what outputs are computed from, children first, in an order that depends only on the graph.
func topological(outputs []*G.Node) (order []*G.Node) {
	seen := map[*G.Node]bool{}
	var visit func(n *G.Node)
	visit = func(n *G.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, c := range childrenOf(n) {
			visit(c)
		}
		order = append(order, n)
	}
	for _, n := range outputs {
		visit(n)
	}
	return order
}

func compile[T kernel.Float](b *Builder, order []*G.Node) (*Program, error) {
	p := &Program{buffers: make(map[*G.Node]any, len(order))}
	arrays := make(map[*G.Node]array[T], len(order))
	fixed := make(map[*G.Node]bool, len(order))
	work := newWorkspace[T]()
	for _, n := range order {
		var in []array[T]
		fixed[n] = n.Op() != nil || b.bound[n] != nil
		for _, c := range childrenOf(n) {
			in = append(in, arrays[c])
			fixed[n] = fixed[n] && fixed[c]
		}
		a, step, err := bindNode(b, n, in, work)
		if err != nil {
			return nil, err
		}
		arrays[n], p.buffers[n] = a, a.data
		switch {
		case step == nil:
		case fixed[n]:
			p.fixed = append(p.fixed, step)
		default:
			p.steps = append(p.steps, step)
		}
	}
	return p, nil
}

// bindNode gives n its memory and the step that fills it; no step for inputs, constants and views.
func bindNode[T kernel.Float](b *Builder, n *G.Node, in []array[T], work *workspace[T]) (a array[T], step func() error, err error) {
	if p := b.bound[n]; p != nil {
		return array[T]{data: p.Data().([]T), shape: p.Shape()}, nil, nil
	}
	shape := n.Shape()
	if len(in) == 0 && n.Op() != nil { // a constant
		v, err := n.Op().Do()
		if err != nil {
			return a, nil, fmt.Errorf("graph: constant %v: %w", n, err)
		}
		return array[T]{data: append([]T(nil), numbers[T](v)...), shape: shape}, nil, nil
	}
	o, ours := n.Op().(op)
	if ours {
		if v, ok := o.spec.(view); ok {
			return array[T]{data: in[0].data[v.offset():][:size(shape)], shape: shape}, nil, nil
		}
	}
	a = array[T]{kernel.Aligned[T](size(shape)), shape, work}
	switch {
	case n.Op() == nil: // an input
		return a, nil, nil
	case ours:
		run := bindSpec(o.spec, a, in)
		return a, func() error { run(); return nil }, nil
	case isStockAdd(n.Op()) && sameSizes(a, in): // Gorgonia's sum of gradient terms
		return a, func() error {
			copy(a.data, in[0].data)
			for _, x := range in[1:] {
				kernel.Accumulate(a.data, x.data)
			}
			return nil
		}, nil
	}
	return a, stockStep(n.Op(), a, in), nil
}

func bindSpec[T kernel.Float](s spec, out array[T], in []array[T]) func() {
	if out64, ok := any(out).(array[float64]); ok {
		return s.bind64(out64, any(in).([]array[float64]))
	}
	return s.bind32(any(out).(array[float32]), any(in).([]array[float32]))
}

func sameSizes[T kernel.Float](a array[T], in []array[T]) bool {
	for _, x := range in {
		if len(x.data) != len(a.data) {
			return false
		}
	}
	return true
}

// stockAdd is how Gorgonia's own addition, an unexported type, prints.
var stockAdd = func() string {
	g := G.NewGraph()
	v := func(name string) *G.Node { return G.NewVector(g, tensor.Float64, G.WithShape(2), G.WithName(name)) }
	n, err := G.Add(v("a"), v("b"))
	if err != nil {
		return "" // then additions run through Do, slower
	}
	return printed(n.Op())
}()

func printed(o G.Op) string { return fmt.Sprintf("%T %v", o, o) }

func isStockAdd(o G.Op) bool { return printed(o) == stockAdd }

// stockStep runs an op that is not ours through its Do, on copies of its inputs: some stock ops write into
// what they are given.
func stockStep[T kernel.Float](o G.Op, out array[T], in []array[T]) func() error {
	return func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("graph: %v: %v", o, r)
			}
		}()
		values := make([]G.Value, len(in))
		for i, a := range in {
			if len(a.shape) == 0 {
				values[i] = scalarValue(a.data[0])
				continue
			}
			values[i] = tensor.New(tensor.WithShape(a.shape...), tensor.WithBacking(append([]T(nil), a.data...)))
		}
		v, err := o.Do(values...)
		if err != nil {
			return fmt.Errorf("graph: %v: %w", o, err)
		}
		copy(out.data, numbers[T](v))
		return nil
	}
}

func scalarValue[T kernel.Float](x T) G.Value {
	if x, ok := any(x).(float32); ok {
		return G.NewF32(x)
	}
	return G.NewF64(float64(x))
}
