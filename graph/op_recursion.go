package graph

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// A Recursion maps v to y, both N×d, column by column. The column at place p of the order is mapped by a map of one number whose
// parameters θ depend on the columns of y at earlier places,
//
//	y_j = Map(v_j; θ_j),  θ = Theta(y, context),  j = Order[p],  θ_j a function of y_Order[0] … y_Order[p−1] and the context.
//
// It is the slow direction of an autoregressive flow: y takes d evaluations of Theta, and its gradients d more, by the implicit
// function theorem. The other direction, from y to v, takes one evaluation and is an ordinary graph.
type Recursion struct {
	Order  []int    // a permutation of the columns
	Parts  []int    // sizes: θ is N×(d·ΣParts), Parts[0] numbers for each column, then Parts[1] for each, and so on
	Params []*Param // the parameters that Theta uses
	// Theta maps y (N×d) and the context (N×c, or nil) to θ.
	Theta func(b *Builder, y, context *G.Node) *G.Node
	// Map maps any number of columns of v by their θ. It returns y and log dy/dv, both in v's shape.
	Map func(b *Builder, v, theta *G.Node) (y, logSlope *G.Node)
	// ByDegree says that the degrees of all of Theta's masked layers (see MaskedDense) count the columns at the first places of the
	// order that a number depends on, in order in hidden layers. An evaluation then computes only the numbers that the column found
	// before it adds, and all d together compute each number once.
	ByDegree bool
}

// Recurse adds the recursion to the graph and returns y and log dy_j/dv_j, both N×d. Theta is compiled once, however many columns
// there are: into a program of its own, which runs d times, or a part of it each time.
func (b *Builder) Recurse(r Recursion, v, context *G.Node) (y, logSlope *G.Node) {
	if b.fails() {
		return nil, nil
	}
	children := []*G.Node{v}
	if context != nil {
		children = append(children, context)
	}
	if err := b.check("Recurse", children...); err != nil {
		return b.Fail(err), nil
	}
	s, err := newSolver(b, r, children)
	if err != nil {
		return b.Fail(fmt.Errorf("graph: Recurse: %w", err)), nil
	}
	for _, p := range r.Params {
		children = append(children, b.Param(p))
	}
	return b.unpack(b.apply(recur{s}, children...), v)
}

// recur stores y and its log slopes in one tensor; its inputs are v, the context if there is one, and the parameters. Two
// recursions are never merged into one node, because each has its own programs.
type recur struct{ *solver }

func (s recur) shape([]tensor.Shape) (tensor.Shape, error) { return tensor.Shape{2, s.n, s.d}, nil }

func (s recur) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	if err := s.differentiate(); err != nil {
		return nil, fmt.Errorf("graph: Recurse: %w", err)
	}
	var c chain
	packed := c.apply(recurSlope(s), append(slices.Clone(in), out, g)...)
	return c.nodes(c.parts(packed, in)...)
}

func (s recur) kernels() kernels { return both(s, bindRecur, bindRecur) }

// bindRecur computes one column after the other. Columns that are not known yet are zero, because a number that is not finite would
// affect θ even through a zero factor.
func bindRecur[T kernel.Float](s recur, out array[T], in []array[T]) func() {
	d, v := s.d, in[0].data
	y, logSlope := out.data[:s.n*d], out.data[s.n*d:]
	known, theta := bufferOf[T](s.theta, s.theta.in[0]), bufferOf[T](s.theta, s.theta.out[0])
	oneV, oneTheta := bufferOf[T](s.column, s.column.in[0]), bufferOf[T](s.column, s.column.in[1])
	oneY, oneSlope := bufferOf[T](s.column, s.column.out[0]), bufferOf[T](s.column, s.column.out[1])
	var context, given []T
	if s.c > 0 {
		context, given = bufferOf[T](s.theta, s.theta.in[1]), in[1].data
	}
	return s.guard(func() error {
		copy(context, given)
		clear(known)
		for place, j := range s.Order {
			if s.stage != nil {
				s.stage.degree = place
			}
			if err := s.theta.Run(); err != nil {
				return err
			}
			moveParts(oneTheta, theta, s.Parts, j, d)
			moveColumns(oneV, 1, v[j:], d, 1)
			if err := s.column.Run(); err != nil {
				return err
			}
			moveColumns(known[j:], d, oneY, 1, 1)
			moveColumns(y[j:], d, oneY, 1, 1)
			moveColumns(logSlope[j:], d, oneSlope, 1, 1)
		}
		return nil
	})
}

// moveParts copies column j's parameters out of those of d columns.
func moveParts[T kernel.Float](one, theta []T, parts []int, j, d int) {
	width, at := total(parts), 0
	for _, size := range parts {
		moveColumns(one[at:], width, theta[d*at+j*size:], d*width, size)
		at += size
	}
}

// recurSlope stores the gradients in v, the context and the parameters in one tensor, from these inputs, the op's
// result and its gradient.
//
// Let F(v, y, φ) = Map(v; Theta(y)), which equals y, and ℓ(v, y, φ) be its log slopes. From the gradients gy and gℓ of
// both,
//
//	u = gy + (∂F/∂y)ᵀu + (∂ℓ/∂y)ᵀgℓ,  gφ = (∂F/∂φ)ᵀu + (∂ℓ/∂φ)ᵀgℓ,  and gv likewise.
//
// Row j of ∂F/∂y and of ∂ℓ/∂y is nonzero only for the columns before j, so u is computed from the last column to the
// first.
type recurSlope recur

func (s recurSlope) shape(in []tensor.Shape) (tensor.Shape, error) {
	all := 0
	for _, x := range in[:len(in)-2] {
		all += size(x)
	}
	return tensor.Shape{all}, nil
}

func (s recurSlope) kernels() kernels { return both(s, bindRecurSlope, bindRecurSlope) }

func bindRecurSlope[T kernel.Float](s recurSlope, out array[T], in []array[T]) func() {
	d, nd := s.d, s.n*s.d
	packed, up := in[len(in)-2].data, in[len(in)-1].data
	given := [][]T{in[0].data, packed[:nd], up[:nd], up[nd:]} // v, y, u, gℓ
	if s.c > 0 {
		given = append(given, in[1].data)
	}
	inY, inRest := buffersOf[T](s.inY, s.inY.in), buffersOf[T](s.inRest, s.inRest.in)
	gy, rest := bufferOf[T](s.inY, s.inY.out[0]), buffersOf[T](s.inRest, s.inRest.out)
	u := inY[2]
	return s.guard(func() error {
		copyAll(inY, given)
		for _, j := range slices.Backward(s.Order[:d-1]) {
			if err := s.inY.Run(); err != nil {
				return err
			}
			for i := j; i < nd; i += d {
				u[i] += gy[i]
			}
		}
		copyAll(inRest, given)
		copy(inRest[2], u)
		if err := s.inRest.Run(); err != nil {
			return err
		}
		grads := out.data
		for _, g := range rest {
			grads = grads[copy(grads, g):]
		}
		return nil
	})
}

// A solver is a recursion over n rows, with the programs that it runs. It belongs to the one program whose graph it is in.
type solver struct {
	Recursion
	n, d, c int // rows, columns, numbers of context
	like    *Builder
	stage   *stage // of theta; nil: each run computes all of it
	failed  error  // error of the last run

	theta  *subprogram // y and context → θ
	column *subprogram // v and θ of one column → y, log slope
	inY    *subprogram // v, y, u, gℓ and context → (∂F/∂y)ᵀu + (∂ℓ/∂y)ᵀgℓ
	inRest *subprogram // the same → the gradients in v, context and parameters
}

// newSolver makes a solver for v and, if there is one, the context.
func newSolver(b *Builder, r Recursion, given []*G.Node) (*solver, error) {
	s := &solver{Recursion: r, n: Rows(given[0]), d: Cols(given[0]), like: b}
	if len(given) > 1 {
		s.c = Cols(given[1])
	}
	if err := s.check(given); err != nil {
		return nil, err
	}
	if r.ByDegree {
		s.stage = new(stage)
	}
	var err error
	s.theta, err = s.compile(s.stage, func(b *Builder) (in, out []*G.Node) {
		in = append([]*G.Node{b.Input("y", s.n, s.d)}, s.context(b)...)
		return in, []*G.Node{s.parameters(b, in[0], in[1:])}
	})
	if err != nil {
		return nil, err
	}
	s.column, err = s.compile(nil, func(b *Builder) (in, out []*G.Node) {
		in = []*G.Node{b.Input("v", s.n, 1), b.Input("theta", s.n, total(s.Parts))}
		y, logSlope := s.mapped(b, in[0], in[1])
		return in, []*G.Node{y, logSlope}
	})
	return s, err
}

func (s *solver) check(given []*G.Node) error {
	for _, g := range given {
		if g.Shape().Dims() != 2 || Rows(g) != s.n || Cols(g) < 1 {
			return fmt.Errorf("got v and context of shapes %v, want N×d and N×c", shapesOf(given))
		}
	}
	switch sorted := slices.Sorted(slices.Values(s.Order)); {
	case len(sorted) != s.d || sorted[0] != 0 || sorted[s.d-1] != s.d-1 || len(slices.Compact(sorted)) != s.d:
		return fmt.Errorf("Order = %v, want each of the columns 0 to %d once", s.Order, s.d-1)
	case len(s.Parts) == 0 || slices.Min(s.Parts) < 1 || slices.Max(s.Parts) > maxTensor:
		return fmt.Errorf("Parts = %v, want at least one size, each ≥ 1", s.Parts)
	case s.Theta == nil || s.Map == nil:
		return errors.New("Theta or Map is nil, want two functions")
	}
	return nil
}

func shapesOf(nodes []*G.Node) (shapes []tensor.Shape) {
	for _, n := range nodes {
		shapes = append(shapes, n.Shape())
	}
	return shapes
}

// differentiate compiles the programs of the gradient, if the graph needs it.
func (s *solver) differentiate() (err error) {
	if s.inRest != nil {
		return nil
	}
	if s.inY, err = s.gradient(func(_ *Builder, in []*G.Node) []*G.Node { return in[1:2] }); err != nil {
		return err
	}
	s.inRest, err = s.gradient(func(b *Builder, in []*G.Node) []*G.Node {
		wrt := append([]*G.Node{in[0]}, in[4:]...)
		for _, p := range s.Params {
			wrt = append(wrt, b.Param(p))
		}
		return wrt
	})
	return err
}

// gradient compiles the gradient of F·u + ℓ·gℓ in the nodes that wrt selects.
func (s *solver) gradient(wrt func(b *Builder, in []*G.Node) []*G.Node) (*subprogram, error) {
	return s.compile(nil, func(b *Builder) (in, out []*G.Node) {
		for _, name := range []string{"v", "y", "u", "gl"} {
			in = append(in, b.Input(name, s.n, s.d))
		}
		in = append(in, s.context(b)...)
		y, logSlope := s.mapped(b, in[0], s.parameters(b, in[1], in[4:]))
		return in, b.Grad(b.Sum(b.Dot(y, in[2]), b.Dot(logSlope, in[3])), wrt(b, in)...)
	})
}

// context is the input for the context, if there is one.
func (s *solver) context(b *Builder) []*G.Node {
	if s.c == 0 {
		return nil
	}
	return []*G.Node{b.Input("context", s.n, s.c)}
}

// parameters is the result of Theta, with its shape checked.
func (s *solver) parameters(b *Builder, y *G.Node, context []*G.Node) *G.Node {
	theta := s.Theta(b, y, append(context, nil)[0])
	return s.checked(b, "Theta", theta, s.d*total(s.Parts))
}

// mapped is the result of Map, with its shapes checked.
func (s *solver) mapped(b *Builder, v, theta *G.Node) (y, logSlope *G.Node) {
	y, logSlope = s.Map(b, v, theta)
	return s.checked(b, "Map", y, Cols(v)), s.checked(b, "Map", logSlope, Cols(v))
}

func (s *solver) checked(b *Builder, of string, n *G.Node, columns int) *G.Node {
	if b.fails() {
		return nil
	}
	if err := b.check(of, n); err != nil {
		return b.Fail(err)
	}
	if want := (tensor.Shape{s.n, columns}); !n.Shape().Eq(want) {
		return b.Fail(fmt.Errorf("%s put out shape %v, want %v", of, n.Shape(), want))
	}
	return n
}

// A subprogram is a program with its inputs and outputs.
type subprogram struct {
	*Program
	in, out []*G.Node
}

// compile compiles a program, to run in stages if there is one, with the settings of the graph that contains the recursion. The lock that building a graph needs is
// already held by the builder of that graph: see building.
func (s *solver) compile(stages *stage, write func(b *Builder) (in, out []*G.Node)) (*subprogram, error) {
	b := NewBuilder(s.like.Dtype())
	b.Composed, b.Widen, b.stage = s.like.Composed, s.like.Widen, stages
	in, out := write(b)
	p, err := b.Compile(out...)
	return &subprogram{p, in, out}, err
}

// bufferOf is the memory of a subprogram's input or output; it is new memory if the program does not use that input.
func bufferOf[T kernel.Float](p *subprogram, n *G.Node) []T {
	if v, ok := p.buffers[n].(vector[T]); ok {
		return v
	}
	return kernel.Aligned[T](size(n.Shape()))
}

func buffersOf[T kernel.Float](p *subprogram, nodes []*G.Node) (buffers [][]T) {
	for _, n := range nodes {
		buffers = append(buffers, bufferOf[T](p, n))
	}
	return buffers
}

func copyAll[T kernel.Float](to, from [][]T) {
	for i, data := range from {
		copy(to[i], data)
	}
}

// guard returns a function that stores the error of a run, for failure to return.
func (s *solver) guard(run func() error) func() {
	return func() { s.failed = run() }
}

func (s *solver) failure() error { return s.failed }

func total(sizes []int) (n int) {
	for _, size := range sizes {
		n += size
	}
	return n
}
