package graph

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
	"gaussflow/rows"
)

// A Param is a tensor that a layer owns. It is trained if Trainable is true, and shared by every program that uses it.
// Its memory never moves once a program has been compiled: values are copied in, never replaced.
type Param struct {
	Name      string // within its layer, as "mlp.dense0.kernel"
	Trainable bool

	shape  tensor.Shape
	engine engine
	data   numbers
	slice  any           // data as an interface, made once because the conversion allocates
	writes atomic.Uint64 // number of changes of data

	mu        sync.Mutex
	wide      []float64 // float64 copy of float32 data for float64 graphs, made when first needed
	wideSince uint64    // the value of writes when wide was copied, plus 1
}

// NewParam makes a trainable parameter of zeros. It accepts a shape that no tensor can have, but such a parameter cannot be
// used: every method that returns an error says why, and so does a Builder that is given it.
func NewParam(name string, dtype Dtype, shape ...int) *Param {
	p := &Param{Name: name, Trainable: true, shape: tensor.Shape(shape).Clone(), engine: dtype.engine()}
	if checkShape(shape) != nil {
		return p
	}
	p.data = p.engine.zeros(size(p.shape))
	p.slice = p.data.slice()
	return p
}

// check reports a parameter that has no memory, and why.
func (p *Param) check() error {
	switch {
	case p == nil:
		return errors.New("graph: Param: the parameter is nil")
	case p.engine == nil:
		return fmt.Errorf("graph: Param %q: not made by NewParam", p.Name)
	case p.data == nil:
		return fmt.Errorf("graph: Param %q: %w", p.Name, checkShape(p.shape))
	}
	return nil
}

// Shape is the parameter's shape; it must not be changed.
func (p *Param) Shape() tensor.Shape {
	if p == nil {
		return nil
	}
	return p.shape
}

// Size is the number of elements, 0 if the parameter has no memory.
func (p *Param) Size() int {
	if p.check() != nil {
		return 0
	}
	return p.data.len()
}

// Dtype is the storage type; empty if the parameter was not made by NewParam.
func (p *Param) Dtype() Dtype {
	if p == nil || p.engine == nil {
		return ""
	}
	return p.engine.dtype()
}

// Data is the parameter's memory, row-major: a []float64 or a []float32. Whoever writes to it must call Changed
// afterwards.
func (p *Param) Data() any {
	if p == nil {
		return nil
	}
	return p.slice
}

// Changed informs the programs that use the parameter that its memory has been written to, so that they compute again
// what depends on it alone. Programs of other parameters are not affected.
func (p *Param) Changed() {
	if p != nil {
		p.writes.Add(1)
	}
}

// Values is a copy of the values, row-major, as float64.
func (p *Param) Values() []float64 {
	if p.check() != nil {
		return nil
	}
	v := make([]float64, p.Size())
	p.data.get(v)
	return v
}

// Set copies values into the parameter, row-major. It returns an error if their number is not Size.
func (p *Param) Set(values []float64) error {
	if err := p.check(); err != nil {
		return err
	}
	if len(values) != p.Size() {
		return fmt.Errorf("graph: Param %s: got %d values, want %d", p.Name, len(values), p.Size())
	}
	p.data.set(0, values)
	p.Changed()
	return nil
}

// SetData is Set for a slice of Data's type, bit for bit. It returns an error if values has another type or its length is not
// Size.
func (p *Param) SetData(values any) error {
	if err := p.check(); err != nil {
		return err
	}
	src, ok := p.engine.of(values)
	if !ok || src.len() != p.Size() {
		return fmt.Errorf("graph: Param %s: got a %T, want %d numbers of %s", p.Name, values, p.Size(), p.Dtype())
	}
	p.data.copyFrom(src)
	p.Changed()
	return nil
}

// SetMatrix copies m into the parameter. It returns an error if its shape is not the parameter's.
func (p *Param) SetMatrix(m mat.Matrix) error {
	if err := p.check(); err != nil {
		return err
	}
	if r, c := rows.Dims(m); !p.shape.Eq(tensor.Shape{r, c}) || r*c == 0 {
		return fmt.Errorf("graph: Param %s: got a %s matrix, want shape %v", p.Name, rows.ShapeOf(m), p.shape)
	}
	return p.Set(mat.DenseCopyOf(m).RawMatrix().Data)
}

// Matrix is a copy of a parameter with two axes; empty for any other.
func (p *Param) Matrix() *mat.Dense {
	if p.Shape().Dims() != 2 || p.Size() == 0 {
		return &mat.Dense{}
	}
	return mat.NewDense(p.Shape()[0], p.Shape()[1], p.Values())
}

// widened is the memory for the values as float64, shared by all programs; widen fills it.
func (p *Param) widened() []float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wide == nil {
		p.wide = kernel.Aligned[float64](p.Size())
	}
	return p.wide
}

// widen copies the values if they have changed.
func (p *Param) widen() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.writes.Load() + 1; p.wideSince != now {
		p.data.get(p.wide)
		p.wideSince = now
	}
	return nil
}
