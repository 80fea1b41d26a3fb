package graph

import (
	"fmt"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// A Param is a tensor that a layer owns: trained if Trainable, and shared by every program that uses it.
// Its memory never moves once a program has been compiled: values are copied in, never replaced.
type Param struct {
	Name      string // within its layer, as "mlp.dense0.kernel"
	Trainable bool

	shape  tensor.Shape
	data   any           // []float64 or []float32
	writes atomic.Uint64 // how often data has changed
}

// NewParam makes a trainable parameter of zeros.
func NewParam(name string, dtype Dtype, shape ...int) *Param {
	p := &Param{Name: name, Trainable: true, shape: tensor.Shape(shape).Clone()}
	if dtype == Float32 {
		p.data = kernel.Aligned[float32](p.Size())
	} else {
		p.data = kernel.Aligned[float64](p.Size())
	}
	return p
}

// Shape is the parameter's shape; not to be changed.
func (p *Param) Shape() tensor.Shape { return p.shape }

// Size is the number of its elements.
func (p *Param) Size() int { return size(p.shape) }

// Dtype is its storage type.
func (p *Param) Dtype() Dtype {
	if _, ok := p.data.([]float32); ok {
		return Float32
	}
	return Float64
}

// Data is its memory, row-major: a []float64 or a []float32. Whoever writes to it calls Changed afterwards.
func (p *Param) Data() any { return p.data }

// Changed tells the programs that use the parameter that its memory has been written to: what they computed from it alone
// must be computed again. Programs of other parameters are not disturbed.
func (p *Param) Changed() { p.writes.Add(1) }

// Values is a copy, row-major, as float64.
func (p *Param) Values() []float64 {
	v := make([]float64, p.Size())
	switch data := p.data.(type) {
	case []float64:
		copy(v, data)
	case []float32:
		convert(v, data)
	}
	return v
}

// Set copies values in, row-major. It is an error if their number is not Size.
func (p *Param) Set(values []float64) error {
	if len(values) != p.Size() {
		return fmt.Errorf("graph: Param %s: got %d values, want %d", p.Name, len(values), p.Size())
	}
	switch data := p.data.(type) {
	case []float64:
		copy(data, values)
	case []float32:
		convert(data, values)
	}
	p.Changed()
	return nil
}

// SetMatrix copies m in. It is an error if its shape is not the parameter's.
func (p *Param) SetMatrix(m mat.Matrix) error {
	r, c := m.Dims()
	if s := p.Shape(); s.Dims() != 2 || s[0] != r || s[1] != c {
		return fmt.Errorf("graph: Param %s: got a %d×%d matrix, want %v", p.Name, r, c, s)
	}
	return p.Set(mat.DenseCopyOf(m).RawMatrix().Data)
}

// Matrix is a copy of a parameter of two axes.
func (p *Param) Matrix() *mat.Dense {
	return mat.NewDense(p.Shape()[0], p.Shape()[1], p.Values())
}
