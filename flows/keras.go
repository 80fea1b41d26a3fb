package flows

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A KerasWeight is an array of weights that Keras has saved.
type KerasWeight struct {
	// Name is the path of the array in a .weights.h5, as "bijector_layers/householder_1/vars/0", or "arr_0", "arr_1", … of an NPZ, in the
	// order of get_weights.
	Name   string
	Shape  []int // rows and columns; a vector may be one column
	Values []float64
}

// KerasConfig says what the weights of a flow do not.
type KerasConfig struct {
	Activation graph.Activation // of the conditioners; default relu
	Shared     bool             // each conditioner outputs one mixture for all columns
	Dtype      graph.Dtype      // default float64
}

// FromKeras converts a flow of the Keras library that this one descends from (made by make_coupling_flow or
// make_gaussianization_flow, saved by save_weights, or by numpy.savez of get_weights). The layers and their sizes are inferred
// from the shapes: with or without rotations, and with the default mask, whose identity half is the first d/2 columns. The
// arrays then match Params one to one.
//
// log p equals that of Keras up to its float32 arithmetic wherever Keras clips nothing. Keras clips distribution
// functions to [1e-6, 1 − 1e-6]; beyond that its log p does not satisfy the change of variables.
func FromKeras(weights []KerasWeight, c KerasConfig) (*Flow, error) {
	f, err := c.fromKeras(weights)
	if err != nil {
		return nil, fmt.Errorf("flows: FromKeras: %w", err)
	}
	return f, nil
}

func (c KerasConfig) fromKeras(weights []KerasWeight) (*Flow, error) {
	ordered, err := inOrder(weights)
	if err != nil {
		return nil, err
	}
	f, err := c.flow(ordered)
	if err != nil {
		return nil, err
	}
	params := f.Params()
	if len(params) != len(ordered) {
		return nil, fmt.Errorf("got %d arrays, want %d as the flow that their shapes are of has", len(ordered), len(params))
	}
	for i, p := range params {
		w := ordered[i]
		if len(w.Values) != p.Size() || w.rows() != p.Shape()[0] {
			return nil, fmt.Errorf("array %q: got shape %v, want %v of %s", w.Name, w.Shape, []int(p.Shape()), p.Name)
		}
		if err := p.Set(w.Values); err != nil {
			return nil, fmt.Errorf("array %q: %w", w.Name, err)
		}
		if err := checkFinite(w.Name, p); err != nil {
			return nil, err
		}
	}
	f.warm = true
	return f, f.checkParams()
}

func (w KerasWeight) rows() int { return w.axis(0) }
func (w KerasWeight) cols() int { return w.axis(1) }

// axis is the length along an axis, 1 for an axis that the shape does not have.
func (w KerasWeight) axis(i int) int {
	if i >= len(w.Shape) {
		return 1
	}
	return w.Shape[i]
}

// size is the number of values in the shape, −1 for a shape of more than two axes.
func (w KerasWeight) size() int {
	if len(w.Shape) > 2 {
		return -1
	}
	return w.rows() * w.cols()
}

// The names of the layers in Keras, in the order that they have in a block.
const (
	kerasOrtho    = "fixed_ortho"
	kerasRotation = "householder"
	kerasMarginal = "mixture_cdf_gaussianization"
	kerasCoupling = "mixture_cdf_coupling"
)

// kerasLayer finds in a path the kind of the layer and its number among the layers of that kind.
var kerasLayer = regexp.MustCompile(`(?:^|/)(` + strings.Join([]string{kerasOrtho, kerasRotation, kerasMarginal, kerasCoupling}, "|") + `)(?:_(\d+))?/`)

// inOrder sorts the weights into the order of the flow's layers. Paths do not give that order: layers are numbered within their
// kind, and every block has equally many of each kind.
func inOrder(weights []KerasWeight) ([]KerasWeight, error) {
	if len(weights) == 0 {
		return nil, fmt.Errorf("got no arrays")
	}
	seen := map[string]bool{}
	byLayer := map[string][][]KerasWeight{} // by kind and number
	numbered := 0
	sorted := slices.Clone(weights)
	slices.SortFunc(sorted, func(a, b KerasWeight) int { return naturally(a.Name, b.Name) })
	for _, w := range sorted {
		if n := w.size(); n < 1 || n != len(w.Values) || seen[w.Name] {
			return nil, fmt.Errorf("array %q: got %d numbers of shape %v, want one name each, a matrix or a vector, and as many numbers", w.Name, len(w.Values), w.Shape)
		}
		seen[w.Name] = true
		m := kerasLayer.FindStringSubmatch(w.Name)
		if m == nil {
			numbered++
			continue
		}
		kind, number := m[1], 0
		if m[2] != "" {
			number, _ = strconv.Atoi(m[2]) // digits; one that overflows is out of order below
		}
		switch of := byLayer[kind]; {
		case number == len(of)-1:
			of[number] = append(of[number], w)
		case number == len(of):
			byLayer[kind] = append(of, []KerasWeight{w})
		default:
			return nil, fmt.Errorf("array %q: the layer %s before it is missing", w.Name, kind)
		}
	}
	switch {
	case numbered == len(weights):
		return sorted, nil
	case numbered > 0:
		return nil, fmt.Errorf("%d of %d arrays have no layer in their names, want %s, %s, %s or %s in all of them or in none",
			numbered, len(weights), kerasOrtho, kerasRotation, kerasMarginal, kerasCoupling)
	}
	return interleaved(byLayer)
}

// interleaved distributes the layers of each kind over the blocks.
func interleaved(byLayer map[string][][]KerasWeight) (ordered []KerasWeight, err error) {
	rotations, marginals, couplings := byLayer[kerasRotation], byLayer[kerasMarginal], byLayer[kerasCoupling]
	blocks, each := len(marginals), 1
	if len(couplings) > 0 {
		blocks, each = len(couplings)/2, 2
	}
	inner := append(slices.Clone(marginals), couplings...)
	if len(inner) != blocks*each || len(marginals) > 0 && len(couplings) > 0 || len(rotations) != 0 && len(rotations) != blocks || len(byLayer[kerasOrtho]) > 1 {
		return nil, fmt.Errorf("got %d layers %s, %d %s, %d %s and %d %s: want blocks of a rotation or none, and one marginal layer or two couplings",
			len(byLayer[kerasOrtho]), kerasOrtho, len(rotations), kerasRotation, len(marginals), kerasMarginal, len(couplings), kerasCoupling)
	}
	for _, l := range byLayer[kerasOrtho] {
		ordered = append(ordered, l...)
	}
	for i := range blocks {
		if len(rotations) > 0 {
			ordered = append(ordered, rotations[i]...)
		}
		for _, l := range inner[i*each : (i+1)*each] {
			ordered = append(ordered, l...)
		}
	}
	return ordered, nil
}

var digits = regexp.MustCompile(`\d+|\D+`)

// naturally compares names so that dense comes before dense_2, and dense_2 before dense_10.
func naturally(a, b string) int {
	x, y := digits.FindAllString(a, -1), digits.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		m, err1 := strconv.Atoi(x[i])
		n, err2 := strconv.Atoi(y[i])
		switch {
		case err1 == nil && err2 == nil && m != n:
			return m - n
		case x[i] != y[i]:
			return strings.Compare(strings.ReplaceAll(x[i], "/", "\x00"), strings.ReplaceAll(y[i], "/", "\x00"))
		}
	}
	return len(x) - len(y)
}

// flow makes the flow whose weights have these shapes.
func (c KerasConfig) flow(w []KerasWeight) (*Flow, error) {
	if f, is, err := c.diagonal(w); is {
		return f, err
	}
	return c.coupling(w)
}

// diagonal makes a flow of blocks, each a rotation followed by three arrays of one shape, d×K; a square
// array, for a fixed rotation, may come first. is reports whether the shapes are those of such a flow.
func (c KerasConfig) diagonal(w []KerasWeight) (f *Flow, is bool, err error) {
	pca := len(w)%4 == 1
	blocks := w
	if pca {
		blocks = w[1:]
	}
	if len(blocks) == 0 || len(blocks)%4 != 0 {
		return nil, false, nil
	}
	for i := 0; i < len(blocks); i += 4 {
		d, marginal := blocks[i].cols(), blocks[i+1:i+4]
		if slices.ContainsFunc(marginal, func(m KerasWeight) bool {
			return m.rows() != d || m.rows() != blocks[1].rows() || m.cols() != blocks[1].cols()
		}) {
			return nil, false, nil
		}
	}
	if err := repeated(blocks, 4); err != nil {
		return nil, true, err
	}
	f, err = NewGaussianization(blocks[0].cols(), GaussianizationConfig{
		Blocks: len(blocks) / 4, Components: blocks[1].cols(), Reflectors: blocks[0].rows(), PCA: pca, Dtype: c.Dtype})
	return f, true, err
}

// coupling makes a flow of blocks, each an optional rotation and two conditioners, for which a kernel and a bias
// are given for each dense layer.
func (c KerasConfig) coupling(w []KerasWeight) (*Flow, error) {
	first := 0 // index of the first conditioner's first array
	if len(w) < 4 || !w[1].follows(w[0]) {
		first = 1
	}
	hidden, dense := []int(nil), first
	for dense+1 < len(w) && w[dense+1].follows(w[dense]) && (dense == first || w[dense].rows() == w[dense-1].rows()) {
		hidden = append(hidden, w[dense].cols())
		dense += 2
	}
	if len(hidden) == 0 || dense >= len(w) {
		return nil, fmt.Errorf("the shapes of the arrays, from %q on, are those of no flow: want blocks of a rotation or none, and the kernels and biases of two conditioners", w[first%len(w)].Name)
	}
	out, hidden := hidden[len(hidden)-1], hidden[:len(hidden)-1]
	da, db := w[first].rows(), w[dense].rows()
	d, each := da+db, first+2*(dense-first)
	k := out / 3
	if !c.Shared {
		k = out / (3 * db)
	}
	switch {
	case da != d/2:
		return nil, fmt.Errorf("the first coupling reads %d of %d columns, want %d: of the default mask, the first half", da, d, d/2)
	case k < 1 || !c.Shared && out != 3*db*k || c.Shared && out != 3*k:
		return nil, fmt.Errorf("the first coupling's conditioner puts out %d numbers for %d columns, want three for each component%s", out, db,
			map[bool]string{true: "", false: " of each column; of shared mixtures that has to be said"}[c.Shared])
	case len(w)%each != 0:
		return nil, fmt.Errorf("got %d arrays, want a multiple of %d, as the first block has", len(w), each)
	}
	if err := repeated(w, each); err != nil {
		return nil, err
	}
	config := CouplingConfig{
		Blocks: len(w) / each, Components: k, Hidden: append([]int{}, hidden...), Shared: c.Shared, NoRotation: first == 0, Dtype: c.Dtype,
		Activation: defaults.Or(c.Activation, graph.Relu),
	}
	if first == 1 {
		config.Reflectors = w[0].rows()
	}
	return NewCoupling(d, config)
}

// repeated reports an array whose shape differs from that of its counterpart in the first block. It is checked before anything is
// made, so that nothing larger than the arrays themselves is allocated.
func repeated(w []KerasWeight, block int) error {
	for i := block; i < len(w); i++ {
		if first := w[i%block]; w[i].rows() != first.rows() || w[i].cols() != first.cols() {
			return fmt.Errorf("array %q: got shape %v, want %v as %q, the same in every block", w[i].Name, w[i].Shape, first.Shape, first.Name)
		}
	}
	return nil
}

// follows reports whether w is the bias that belongs to the kernel before it.
func (w KerasWeight) follows(kernel KerasWeight) bool {
	return w.cols() == 1 && w.rows() == kernel.cols()
}
