package rbig

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/counted"
	"gaussflow/layers"
)

// A walk fits layers in turn to rows, which are pushed through each layer once it is fitted.
type walk struct {
	Config
	kept   *mat.Dense // rows in memory, mapped by the layers so far
	held   *mat.Dense // rows held out, mapped likewise; nil if there are none
	logDet float64    // log-det of the layers so far, mean over the rows held out
	named  []flows.Named

	// all returns values that represent each column of the output of the layers so far, over more rows than those in memory; nil if
	// those in memory are all.
	all func() (values *mat.Dense, err error)
}

func (w *walk) run() (*Fit, error) {
	if err := w.scale(); err != nil {
		return nil, err
	}
	if err := w.mapColumns("margins", 0); err != nil {
		return nil, err
	}
	fit := &Fit{Stopped: "made as many as were asked for: " + counted.Of(w.Blocks, "block")}
	_, d := w.kept.Dims()
	if d == 1 {
		fit.Stopped = "one column has nothing to be turned"
		return fit, w.finish(fit)
	}
	best, idle := w.heldOut(), 0
	for i := range w.Blocks {
		if err := w.ended(); err != nil {
			return nil, err
		}
		block, err := w.block(i)
		if err != nil {
			return nil, fmt.Errorf("rbig: block %d (from 0): %w", i, err)
		}
		fit.Blocks = append(fit.Blocks, block)
		if gained := w.gained(block, best); gained || w.Stop == Depth {
			fit.Kept, idle, best = i+1, 0, block.HeldOut
		} else if idle++; idle == w.Patience {
			fit.Stopped = fmt.Sprintf("%s in turn gained nothing by the rule %s", counted.Of(idle, "block"), w.Stop)
			break
		}
	}
	return fit, w.finish(fit)
}

// gained reports whether a block gained more than the rule asks for.
func (w *walk) gained(b Block, best float64) bool {
	if w.Stop == HeldOut {
		return b.HeldOut > best
	}
	return b.Loss > 1.645*b.Noise // the 95 % quantile
}

// finish makes the flow of the layers that are kept.
func (w *walk) finish(f *Fit) (err error) {
	f.named = w.named
	if f.Flow, err = flows.New(w.named[:2+2*f.Kept]...); err != nil {
		return fmt.Errorf("rbig: %w", err)
	}
	return nil
}

// scale puts a shift and a scale of each column first, by median and quartiles.
func (w *walk) scale() error {
	_, d := w.kept.Dims()
	values, err := w.values()
	if err != nil {
		return err
	}
	shift, logScale := make([]float64, d), make([]float64, d)
	for j := range d {
		column := mat.Col(nil, j, values)
		slices.Sort(column)
		median, scale := spread(column)
		if !(scale > 0) || math.IsInf(scale, 0) {
			return &ConstantError{Column: j, Value: median}
		}
		shift[j], logScale[j] = median, math.Log(scale)
	}
	layer, err := layers.NewAffine(d, layers.AffineConfig{Dtype: w.Dtype})
	if err != nil {
		return err
	}
	if err := layer.Params()[0].Set(shift); err != nil {
		return err
	}
	if err := layer.Params()[1].Set(logScale); err != nil {
		return err
	}
	return w.push("scale", layer)
}

// block adds a rotation and the maps of the rotated columns.
func (w *walk) block(i int) (b Block, err error) {
	q, err := w.rotation(w.kept, i)
	if err != nil {
		return b, err
	}
	_, d := w.kept.Dims()
	layer, err := newRotation(q, w.Config)
	if err != nil {
		return b, err
	}
	n, _ := w.kept.Dims()
	normal := nullOf(n)
	for j := range d {
		negentropy, variance := shape(w.kept, j)
		b.Loss += 0.5*math.Log(variance) - max(negentropy-normal.mean, 0)
	}
	if err := w.push(fmt.Sprintf("block%d.rotation", i), layer); err != nil {
		return b, err
	}
	for j := range d {
		negentropy, variance := shape(w.kept, j)
		b.Loss += negentropy - normal.mean - 0.5*math.Log(variance)
	}
	b.Noise = normal.std * math.Sqrt(float64(d))
	if err := w.mapColumns(fmt.Sprintf("block%d.marginal", i), i+1); err != nil {
		return b, err
	}
	b.HeldOut = w.heldOut()
	return b, nil
}

// shape is the negentropy and the variance of column j.
func shape(y *mat.Dense, j int) (negentropy, variance float64) {
	column := mat.Col(nil, j, y)
	slices.Sort(column)
	return negentropyOf(column)
}

// newRotation expresses Q by reflectors, which training can change without leaving the orthogonal matrices.
func newRotation(q *mat.Dense, c Config) (*layers.Householder, error) {
	d, _ := q.Dims()
	layer, err := layers.NewHouseholder(d, layers.HouseholderConfig{Dtype: c.Dtype})
	if err != nil {
		return nil, err
	}
	reflectors, _, err := initializers.HouseholderDecompose(q, d)
	if err != nil {
		return nil, err
	}
	return layer, layer.Params()[0].SetMatrix(reflectors)
}

// mapColumns maps each column by its own distribution.
func (w *walk) mapColumns(name string, block int) error {
	values, err := w.values()
	if err != nil {
		return err
	}
	layer, err := w.newMarginal(values, block)
	if err != nil {
		return err
	}
	return w.push(name, layer)
}

// values represent each column of the output of the layers so far.
func (w *walk) values() (*mat.Dense, error) {
	if w.all != nil {
		return w.all()
	}
	return w.kept, nil
}

// push maps the rows in memory by a layer, and adds the layer to the flow.
func (w *walk) push(name string, layer layers.Bijector) error {
	w.named = append(w.named, flows.Named{Name: name, Layer: layer})
	one, err := flows.New(w.named[len(w.named)-1])
	if err != nil {
		return err
	}
	if w.kept, _, err = one.Forward(w.kept); err != nil || w.held == nil {
		return err
	}
	var logDets []float64
	if w.held, logDets, err = one.Forward(w.held); err != nil {
		return err
	}
	for _, v := range logDets {
		w.logDet += v / float64(len(logDets))
	}
	return nil
}

// heldOut is the mean log-likelihood of the rows held out.
func (w *walk) heldOut() float64 {
	if w.held == nil {
		return math.NaN()
	}
	n, d := w.held.Dims()
	square := 0.0
	for i := range n {
		for _, v := range w.held.RawRowView(i) {
			square += v * v
		}
	}
	return w.logDet - 0.5*square/float64(n) - 0.5*float64(d)*math.Log(2*math.Pi)
}
