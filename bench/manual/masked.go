package manual

import (
	"slices"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// masked is an affine Autoregressive layer: z = (y − shift)·exp(−a), log-det −Σ a, where shift and a come from a masked
// perceptron of y.
type masked[T kernel.Float] struct {
	dim     int
	network mlp[T]
	y, z    []T
	inverse []T // exp(−a)
	gtheta  []T
}

func newMasked[T kernel.Float](m *shape, at blockShape, rows int, params, grads []T, s *scratch[T]) *masked[T] {
	return &masked[T]{
		dim: m.dim, network: newMLP(at.masked, rows, params, grads, s),
		inverse: make([]T, rows*m.dim), gtheta: s.buffer("gtheta", rows*2*m.dim),
	}
}

func (m *masked[T]) forward(y, z []T, logDet []float64) {
	m.y, m.z = y, z
	d, theta := m.dim, m.network.forward(y)
	for i := range logDet {
		sum := 0.0
		inverse, row := m.inverse[i*d:][:d], theta[2*i*d+d:][:d]
		for j, a := range row {
			sum += float64(a)
			inverse[j] = -a
		}
		logDet[i] -= sum
	}
	kernel.Exps(m.inverse, m.inverse)
	for i := range logDet {
		y, z, inverse, shift := y[i*d:][:d], z[i*d:][:d], m.inverse[i*d:][:d], theta[2*i*d:][:d]
		for j, v := range y {
			z[j] = (v - shift[j]) * inverse[j]
		}
	}
}

func (m *masked[T]) backward(gz, gl, gy []T, add bool) {
	d := m.dim
	for i := range len(gz) / d {
		gz, gl, gy, z, inverse := gz[i*d:][:d], gl[i*d:][:d], gy[i*d:][:d], m.z[i*d:][:d], m.inverse[i*d:][:d]
		shift, a := m.gtheta[2*i*d:][:d], m.gtheta[2*i*d+d:][:d]
		for j, g := range gz {
			gy[j] = g * inverse[j]
			shift[j] = -gy[j]
			a[j] = -g*z[j] - gl[j]
		}
	}
	m.network.backward(m.y, m.gtheta, gy, add)
}

// autoregressive reads a layer whose density takes one pass, and lists the weights that its masks exclude.
func (s *shape) autoregressive(a *layers.Autoregressive, next func() span) ([]denseShape, error) {
	c := a.Config()
	network, ok := a.Conditioner().(*layers.MaskedMLP)
	if !ok || c.Transform != (transforms.Affine{}) || c.FastSampling || c.Context > 0 ||
		network.Config().Activation != graph.Relu || network.Config().Residual {
		return nil, errRecipe
	}
	mlp := perceptron(a.Params(), next)
	order := c.Order
	if order == nil {
		order = inOrder(s.dim)
	}
	places := make([]int, s.dim)
	for place, j := range order {
		places[j] = place
	}
	known := make([]int, s.dim) // the column at place p has degree p + 1
	for j, place := range places {
		known[j] = place + 1
	}
	for i := range mlp {
		d := &mlp[i]
		d.rows, known = known, spread(s.dim, d.out)
		if i+1 == len(mlp) {
			known = slices.Concat(places, places)
		}
		d.columns = known
		s.leaveOut(*d)
	}
	return mlp, nil
}

func inOrder(n int) (order []int) {
	for j := range n {
		order = append(order, j)
	}
	return order
}

// spread lists the degrees of so many hidden units: those from 1 to d−1, each equally often, in ascending order.
func spread(dim, units int) (degrees []int) {
	least := min(1, dim-1)
	for k := range units {
		degrees = append(degrees, least+k*max(1, dim-1)/units)
	}
	return degrees
}

// leaveOut records the parts of a kernel that are zero.
func (s *shape) leaveOut(d denseShape) {
	for i, row := range d.rows {
		for j, column := range d.columns {
			switch at, last := d.kernel.at+i*d.out+j, len(s.zeros)-1; {
			case column >= row:
			case last >= 0 && s.zeros[last].at+s.zeros[last].n == at:
				s.zeros[last].n++
			default:
				s.zeros = append(s.zeros, span{at, 1})
			}
		}
	}
}
