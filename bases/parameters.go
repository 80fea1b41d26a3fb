package bases

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/conditioning"
	"gaussflow/layers"
	"gaussflow/rows"
)

// parameters are those of a base: either tensors of its own, the same for all rows, or what a conditioner computes from
// a row's context.
type parameters struct {
	base        string // the base's name in errors
	specs       []graph.ParamSpec
	context     int
	own         []*graph.Param     // one for each spec, if there is no context
	conditioner layers.Conditioner // reads the context, if there is one
	chosen      *graph.RowFunc     // the conditioner as a function of rows, for samples
}

// A conditioned is the part of a config that is not in its public fields, for a base that may read a context: the conditioner as a
// file describes it, or the conditioner of the base whose Config was called.
type conditioned struct {
	described layers.ConditionerDescription
	is        layers.Conditioner
}

// check reports a dimension or a context that is out of range, and a conditioner, made or described, where there is no
// context to read.
func (c conditioned) check(base string, dim, context int, make layers.MakeConditioner) error {
	switch {
	case dim < 1 || dim > mostNumbers:
		return fmt.Errorf("bases: %s: dim = %d, want 1 to %d", base, dim, mostNumbers)
	case context < 0 || context > mostNumbers:
		return fmt.Errorf("bases: %s: Context = %d, want 0 to %d", base, context, mostNumbers)
	case context == 0 && (make != nil || c.described.Kind != ""):
		return fmt.Errorf("bases: %s: got a Conditioner and Context = 0, want none: there is nothing that it could read", base)
	}
	return nil
}

// mostNumbers limits the columns and the context that can be asked for by mistake.
const mostNumbers = 1 << 20

// describe describes the conditioner for a file; it is empty if there is none.
func (c conditioned) describe() (d layers.ConditionerDescription, err error) {
	if c.is != nil {
		d, err = layers.DescribeConditioner(c.is)
	}
	return d, err
}

// specsOf are the tensors of a base in a file: its own, or its conditioner's.
func (c conditioned) specsOf(specs []graph.ParamSpec, context int) ([]graph.ParamSpec, error) {
	if context > 0 {
		return layers.ConditionerSpecs(c.described, context, numbersOf(specs))
	}
	return specs, nil
}

// numbersOf is how many numbers a conditioner has to output for these specs.
func numbersOf(specs []graph.ParamSpec) (n int) {
	for _, s := range specs {
		n += int(s.Size())
	}
	return n
}

// newParameters makes fresh parameters: zeros, or those that the conditioner starts with. A nil make stands for
// layers.MLPConfig{}.New.
func newParameters(base string, specs []graph.ParamSpec, context int, dtype graph.Dtype, make layers.MakeConditioner) (*parameters, error) {
	p := &parameters{base: base, specs: specs, context: context}
	var err error
	if context == 0 {
		if p.own, err = graph.NewParams(dtype, specs); err != nil {
			return nil, fmt.Errorf("bases: %s: %w", base, err)
		}
		return p, nil
	}
	if make == nil {
		make = layers.MLPConfig{}.New
	}
	c, err := make(context, numbersOf(specs))
	if err != nil {
		return nil, err
	}
	return p, p.choose(c)
}

// readParameters makes parameters from those of a file.
func (c conditioned) readParameters(base string, specs []graph.ParamSpec, context int, params []*graph.Param) (*parameters, error) {
	p := &parameters{base: base, specs: specs, context: context}
	if context == 0 {
		p.own = params
		return p, nil
	}
	conditioner, err := layers.NewConditioner(c.described, context, numbersOf(specs), params)
	if err != nil {
		return nil, err
	}
	return p, p.choose(conditioner)
}

// choose makes c the conditioner that computes the parameters.
func (p *parameters) choose(c layers.Conditioner) error {
	if err := conditioning.Check(c, p.context, numbersOf(p.specs)); err != nil {
		return fmt.Errorf("bases: %s: %w", p.base, err)
	}
	p.conditioner = c
	p.chosen = graph.NewRowFunc(conditioning.Dtype(c), p.context, func(b *graph.Builder, context *G.Node) []*G.Node {
		return []*G.Node{conditioning.Apply(b, c, context)}
	})
	return nil
}

// params are the tensors that are trained.
func (p *parameters) params() []*graph.Param {
	if p.conditioner != nil {
		return p.conditioner.Params()
	}
	return p.own
}

// packed is the conditioner's output for the context, N×numbers, in the order of the specs.
func (p *parameters) packed(b *graph.Builder, context *G.Node) *G.Node {
	return conditioning.Apply(b, p.conditioner, context)
}

// nodes has one node for each spec, of the spec's shape, with N in front of it if there is a context. The nodes can be the second
// operand of b.Add, b.Sub and b.Mul.
func (p *parameters) nodes(b *graph.Builder, context *G.Node) []*G.Node {
	nodes := make([]*G.Node, len(p.specs))
	if p.conditioner == nil {
		for i, own := range p.own {
			nodes[i] = b.Param(own)
		}
		return nodes
	}
	packed, from := p.packed(b, context), 0
	for i, s := range p.specs {
		size := int(s.Size())
		nodes[i] = b.Reshape(b.Columns(packed, from, size), append([]int{graph.Rows(packed)}, s.Shape...)...)
		from += size
	}
	return nodes
}

// values are the parameter values for each of count rows, in the order of the specs, or one set for all rows.
func (p *parameters) values(count int, context mat.Matrix) ([][]float64, error) {
	if p.conditioner == nil {
		var all []float64
		for _, own := range p.own {
			all = append(all, own.Values()...)
		}
		return [][]float64{all}, nil
	}
	op := "bases: " + p.base + ": Sample: the context"
	if err := rows.Check(op, context, p.context); err != nil {
		return nil, err
	}
	if m, _ := context.Dims(); m != count {
		return nil, &graph.ShapeError{Op: op, Got: fmt.Sprintf("%d rows", m), Want: fmt.Sprintf("%d, one a sample", count)}
	}
	out, err := p.chosen.Run(context)
	if err != nil {
		return nil, fmt.Errorf("bases: %s: Sample: %w", p.base, err)
	}
	return slices.Collect(slices.Chunk(out[0], len(out[0])/count)), nil
}
