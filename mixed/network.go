package mixed

import (
	"math"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/losses"
	"gaussflow/transforms"
)

// A network maps what is seen of a row to the distribution of each column: for a number the mixture of its normal score, for a
// category the logits of its levels. It is a train.Model of rows as a table fills them.
type network struct {
	*layout
	mlp        *layers.MLP
	components int
	background float64
	dtype      graph.Dtype
}

func newNetwork(l *layout, c Config) (*network, error) {
	mlp, err := layers.NewMLP(l.inputs(), 3*l.d()*c.Components+l.total, layers.MLPConfig{
		Hidden: c.Hidden, Residual: true, Seed: c.Seed, Dtype: c.Dtype,
	})
	return &network{l, mlp, c.Components, defaults.OrNone(c.Background, 0), c.Dtype}, err
}

// startIndependent sets parameters for which all columns are independent: numbers are about standard normal in their scores, and
// categories have their observed frequencies, with one additional row spread over the levels.
func (n *network) startIndependent(t *table) error {
	var start []float64
	for _, part := range (transforms.GaussianMixtureCDF{Components: n.components, Clamp: scaleClamp}).Start() {
		start = append(start, slices.Concat(slices.Repeat([][]float64{part}, n.d())...)...)
	}
	for c, levels := range n.levels {
		counts := make([]float64, levels)
		for i := range t.n {
			if s := n.d() + c; t.at(i, s) == present {
				counts[int(t.value[i*t.slots()+s])-1]++
			}
		}
		for _, count := range counts {
			start = append(start, math.Log(count+1/float64(levels)))
		}
	}
	return n.mlp.SetConstant(start)
}

// Dim is the width of a row of the graph.
func (n *network) Dim() int { return n.rowWidth() }

// Dtype is the storage type.
func (n *network) Dtype() graph.Dtype { return n.dtype }

// Params are the perceptron's.
func (n *network) Params() []*graph.Param { return n.mlp.Params() }

// Terms provides the weighted log-probability of a row as log p of the base; the loss losses.NLL is its negative.
func (n *network) Terms(b *graph.Builder, x *G.Node) losses.Terms {
	logProbs := n.logProbs(b, x)
	weights := b.Columns(x, 4*n.d()+2*n.c(), n.d()+n.c())
	return losses.Terms{Output: logProbs, LogBase: b.SumLast(b.Mul(logProbs, weights))}
}

// laws are the parameters of the columns' distributions: for numbers N×(3·D·K), for categories N×Σlevels; nil if there
// are none.
func (n *network) laws(b *graph.Builder, x *G.Node) (numbers, categories *G.Node) {
	d, c := n.d(), n.c()
	var in *G.Node
	switch {
	case c == 0:
		in = b.Columns(x, 0, 2*d)
	case d == 0:
		in = b.OneHot(b.Columns(x, 0, c), n.levels)
	default:
		in = b.Beside(b.Columns(x, 0, 2*d), b.OneHot(b.Columns(x, 2*d, c), n.levels))
	}
	if n.beside() > 0 {
		in = b.Beside(in, b.Columns(x, n.calendars(), n.beside()))
	}
	theta := n.mlp.Apply(b, in)
	width := 3 * d * n.components
	if d > 0 {
		numbers = b.Columns(theta, 0, width)
	}
	if c > 0 {
		categories = b.Columns(theta, width, n.total)
	}
	return numbers, categories
}

// logProbs are, for each slot, the log-probability of what is asked for given what is seen: N×(D+C), in scores.
func (n *network) logProbs(b *graph.Builder, x *G.Node) *G.Node {
	d, c := n.d(), n.c()
	numbers, categories := n.laws(b, x)
	var ofNumbers, ofCategories *G.Node
	if d > 0 {
		ofNumbers = b.Intervals(b.Columns(x, 2*d+c, d), b.Columns(x, 3*d+c, d), numbers, n.components, scaleClamp, n.background)
	}
	if c > 0 {
		ofCategories = b.LevelLogProb(categories, b.Columns(x, 4*d+c, c), n.levels)
	}
	switch {
	case c == 0:
		return ofNumbers
	case d == 0:
		return ofCategories
	}
	return b.Beside(ofNumbers, ofCategories)
}
