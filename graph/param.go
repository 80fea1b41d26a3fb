package graph

import (
	"fmt"
	"sync"
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
	engine engine
	data   numbers
	slice  any           // data's, made once: to make an interface of a slice allocates
	writes atomic.Uint64 // how often data has changed

	mu        sync.Mutex
	wide      []float64 // data's values for graphs of float64, where data is of float32: made when one first wants them
	wideSince uint64    // one more than writes when they were copied
}

// NewParam makes a trainable parameter of zeros.
func NewParam(name string, dtype Dtype, shape ...int) *Param {
	p := &Param{Name: name, Trainable: true, shape: tensor.Shape(shape).Clone(), engine: dtype.engine()}
	p.data = p.engine.zeros(p.Size())
	p.slice = p.data.slice()
	return p
}

// Shape is the parameter's shape; not to be changed.
func (p *Param) Shape() tensor.Shape { return p.shape }

// Size is the number of its elements.
func (p *Param) Size() int { return size(p.shape) }

// Dtype is its storage type; empty if NewParam did not make it.
func (p *Param) Dtype() Dtype {
	if p.engine == nil {
		return ""
	}
	return p.engine.dtype()
}

// Data is its memory, row-major: a []float64 or a []float32. Whoever writes to it calls Changed afterwards.
func (p *Param) Data() any { return p.slice }

// Changed tells the programs that use the parameter that its memory has been written to: what they computed from it alone
// must be computed again. Programs of other parameters are not disturbed.
func (p *Param) Changed() { p.writes.Add(1) }

// Values is a copy, row-major, as float64.
func (p *Param) Values() []float64 {
	v := make([]float64, p.Size())
	if p.data != nil {
		p.data.get(v)
	}
	return v
}

// Set copies values in, row-major. It is an error if their number is not Size.
func (p *Param) Set(values []float64) error {
	if p.data == nil {
		return fmt.Errorf("graph: Param %s: not made by NewParam", p.Name)
	}
	if len(values) != p.Size() {
		return fmt.Errorf("graph: Param %s: got %d values, want %d", p.Name, len(values), p.Size())
	}
	p.data.set(values)
	p.Changed()
	return nil
}

// SetData is Set of a slice as of Data, bit for bit. It is an error if its type is not the parameter's or its length not Size.
func (p *Param) SetData(values any) error {
	if p.data == nil {
		return fmt.Errorf("graph: Param %s: not made by NewParam", p.Name)
	}
	src, ok := p.engine.of(values)
	if !ok || src.len() != p.Size() {
		return fmt.Errorf("graph: Param %s: got a %T, want %d numbers of %s", p.Name, values, p.Size(), p.Dtype())
	}
	p.data.copyFrom(src)
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

// widened is memory for the values as float64, the same for all programs; widen fills it.
func (p *Param) widened() []float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wide == nil {
		p.wide = kernel.Aligned[float64](p.Size())
	}
	return p.wide
}

// widen copies the values where they have changed.
func (p *Param) widen() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.writes.Load() + 1; p.wideSince != now {
		p.data.get(p.wide)
		p.wideSince = now
	}
	return nil
}
