package graph

import (
	"fmt"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// Support maps every column of x (N×d) from its support to ℝ by the curve that its kernel.Support describes, and returns z and log
// dz/dx, both N×d. A number outside its support gives z = 0 and log dz/dx = −∞, and has no gradient. There is no composed form.
func (b *Builder) Support(x *G.Node, columns []kernel.Support) (z, logSlope *G.Node) {
	return b.unpack(b.apply(support{supportString(columns), false}, x), x)
}

// SupportInverse is the inverse map x(z) and log dx/dz, both N×d. x lies inside its support, however far out z is.
func (b *Builder) SupportInverse(z *G.Node, columns []kernel.Support) (x, logSlope *G.Node) {
	return b.unpack(b.apply(support{supportString(columns), true}, z), z)
}

// support stores the map's value and log slope, each N×d, in one tensor. With inverse it maps z to x. columns are the supports as a
// string, which can be part of an op.
type support struct {
	columns string
	inverse bool
}

func supportString(columns []kernel.Support) string {
	var s strings.Builder
	for _, c := range columns {
		fmt.Fprintln(&s, uint8(c.Kind), c.Lo, c.Hi, c.Lambda)
	}
	return s.String()
}

// supports parses what supportString wrote.
func (s support) supports() (columns []kernel.Support, err error) {
	for line := range strings.Lines(s.columns) {
		var c kernel.Support
		if _, err := fmt.Sscanln(line, (*uint8)(&c.Kind), &c.Lo, &c.Hi, &c.Lambda); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, nil
}

func (s support) shape(in []tensor.Shape) (tensor.Shape, error) {
	columns, err := s.supports()
	if err != nil {
		return nil, err
	}
	for j, c := range columns {
		if err := c.Validate(); err != nil {
			return nil, fmt.Errorf("column %d (from 0): %w", j, err)
		}
	}
	if x := in[0]; x.Dims() != 2 || x[1] != len(columns) {
		return nil, shapeError(fmt.Sprintf("N×%d, a column for each support", len(columns)), in)
	}
	return append(tensor.Shape{2}, in[0]...), nil
}

func (s support) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(supportSlope(s), in[0], g))
}

func (s support) kernels() kernels { return both(s, bindSupport, bindSupport) }

func bindSupport[T kernel.Float](s support, out array[T], in []array[T]) func() {
	columns, _ := s.supports() // cannot fail: shape has read them before
	x := in[0].data
	return func() { kernel.SupportMap(columns, s.inverse, x, out.data[:len(x)], out.data[len(x):]) }
}

// supportSlope is the gradient in x (or z), from x and the gradient of the op's result.
type supportSlope support

func (s supportSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s supportSlope) kernels() kernels { return both(support(s), bindSupportSlope, bindSupportSlope) }

func bindSupportSlope[T kernel.Float](s support, out array[T], in []array[T]) func() {
	columns, _ := s.supports()
	x, up := in[0].data, in[1].data
	return func() {
		kernel.SupportSlope(columns, s.inverse, x, up[:len(x)], up[len(x):], out.data)
	}
}
