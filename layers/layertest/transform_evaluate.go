package layertest

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/transforms"
)

// params are parameters of d columns as a layer owns them, a part each.
func (c transformCheck) params(dtype graph.Dtype, d int, theta [][]float64) (params []*graph.Param) {
	for i, p := range c.tr.Parts() {
		param := graph.NewParam(p.Name, dtype, d, p.Size)
		if len(theta[i]) == param.Size() { // else the layer has zeros, and the rule that compares them says so
			_ = param.Set(theta[i])
		}
		params = append(params, param)
	}
	return params
}

// run is a map of one column.
func (c transformCheck) run(dir direction, x []float64, theta [][]float64) (y, logSlope []float64, err error) {
	e := c.evaluation(graph.Float64, dir, false, x, 1, theta)
	if e.err != nil {
		return nil, nil, e.err
	}
	r := e.at()
	return r.y, r.logDet, e.err
}

// A transformEvaluation is a transform's graph over numbers in d columns, which runs at what x and theta then are.
type transformEvaluation struct {
	x       []float64
	theta   [][]float64 // part by part, as Theta has it for each row too
	each    bool        // whether every row has parameters of its own, the same ones
	program *graph.Program
	in      []*G.Node // x and the parts, or x and θ
	cost    *G.Node
	outputs []*G.Node // value and log slope, then the gradients
	columns int
	err     error
}

// evaluation has a cost of fixed weights, Σ a∘y + Σ c∘logSlope, and its gradients.
func (c transformCheck) evaluation(dtype graph.Dtype, dir direction, each bool, x []float64, d int, theta [][]float64) *transformEvaluation {
	e := &transformEvaluation{x: x, theta: theta, each: each, columns: d}
	n, parts := len(x)/d, c.tr.Parts()
	if len(theta) != len(parts) {
		e.err = fmt.Errorf("there are %d parts of parameters, want %d", len(theta), len(parts))
		return e
	}
	b := graph.NewBuilder(dtype)
	e.in = []*G.Node{b.Input("x", n, d)}
	var th transforms.Theta
	if each {
		e.in = append(e.in, b.Input("theta", n, d*transforms.Width(c.tr)))
		th = transforms.ThetaPerRow(parts, d, e.in[1])
	} else {
		for _, p := range parts {
			e.in = append(e.in, b.Input(p.Name+" of all rows", d, p.Size))
		}
		th = transforms.ThetaOfAll(parts, d, e.in[1:]...)
	}
	way := c.tr.Forward
	if dir == inverse {
		way = c.tr.Inverse
	}
	y, l := way(b, e.in[0], th)
	weights := []*G.Node{b.Input("a", n, d), b.Input("c", n, d)}
	e.cost = b.Sum(b.Dot(y, weights[0]), b.Dot(l, weights[1]))
	e.outputs = append([]*G.Node{y, l}, b.Grad(e.cost, e.in...)...)
	if e.program, e.err = b.Compile(append(e.outputs, e.cost)...); e.err != nil {
		return e
	}
	for i, w := range weights {
		e.program.Set(w, Normal(n, d, 1, uint64(77+i)).RawMatrix().Data)
	}
	return e
}

// at runs the graph. The gradient in parameters that each row has is their sum over the rows.
func (e *transformEvaluation) at() (r result) {
	n := len(e.x) / e.columns
	e.program.Set(e.in[0], e.x)
	if e.each {
		var row, all []float64
		for _, part := range e.theta {
			row = append(row, part...)
		}
		for range n {
			all = append(all, row...)
		}
		e.program.Set(e.in[1], all)
	} else {
		for i, part := range e.theta {
			e.program.Set(e.in[1+i], part)
		}
	}
	if err := e.program.Run(); err != nil {
		e.err = keep(e.err, err)
	}
	get := func(n *G.Node) []float64 {
		v := make([]float64, n.Shape().TotalSize())
		e.program.Get(n, v)
		return v
	}
	r = result{y: get(e.outputs[0]), logDet: get(e.outputs[1]), gx: get(e.outputs[2]), cost: get(e.cost)[0]}
	for _, g := range e.outputs[3:] {
		r.gparams = append(r.gparams, get(g))
	}
	if e.each {
		r.gparams = e.summed(r.gparams[0])
	}
	return r
}

// summed are the gradients of θ, added up over the rows and taken apart.
func (e *transformEvaluation) summed(all []float64) (parts [][]float64) {
	width := 0
	for _, part := range e.theta {
		sum := make([]float64, len(part))
		parts = append(parts, sum)
		width += len(part)
	}
	for ; len(all) > 0; all = all[width:] {
		at := 0
		for _, sum := range parts {
			for k := range sum {
				sum[k] += all[at]
				at++
			}
		}
	}
	return parts
}

// single is one transform of one column as a layer.
type single struct {
	tr     transforms.Transform
	params []*graph.Param
}

func (s single) Dim() int               { return 1 }
func (s single) Params() []*graph.Param { return s.params }

func (s single) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	z, l := s.tr.Forward(b, x, s.theta(b))
	return z, b.SumLast(l)
}

func (s single) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	x, l := s.tr.Inverse(b, z, s.theta(b))
	return x, b.SumLast(l)
}

func (s single) theta(b *graph.Builder) transforms.Theta {
	nodes := make([]*G.Node, len(s.params))
	for i, p := range s.params {
		nodes[i] = b.Param(p)
	}
	return transforms.ThetaOfAll(s.tr.Parts(), 1, nodes...)
}
