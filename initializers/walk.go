package initializers

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// IGConfig configures the iterative Gaussianization; the zero value is the default.
type IGConfig struct {
	Seed uint64 `json:"seed,omitempty"` // default 0
	// ScaleClamp is the curve whose range limits the fitted scales of layers without a clamp of their own; the zero
	// value is DefaultScaleClamp, which is also the default of coupling layers. If both kinds of layer use the same
	// curve, they get the same fit to the last bit.
	ScaleClamp kernel.Clamp `json:"scale_clamp,omitzero"`
	// Mixture configures every column's fit; its Components, Seed and scale bounds are set by the layer.
	Mixture MixtureConfig `json:"mixture,omitzero"`
	// Interrupt ends the walk with the context's error once it is done: between two layers, and within fits and pushes of rows;
	// nil: nothing does.
	Interrupt context.Context `json:"-"`
}

// DefaultScaleClamp is bound·tanh(raw) with bound 3: scales from 0.05 to 20.
var DefaultScaleClamp = kernel.Clamp{Kind: kernel.ClampTanh, Lo: -3, Hi: 3}

func (c IGConfig) withDefaults() IGConfig {
	if c.ScaleClamp == (kernel.Clamp{}) {
		c.ScaleClamp = DefaultScaleClamp
	}
	return c
}

// A Site describes a layer's place in the walk: what its fit may depend on besides the data.
type Site struct {
	IGConfig
	Block   int        // number of rotations so far minus one; never negative
	Context *mat.Dense // the context, one row for each row of the data; nil if there is none
}

// A Fitter fits itself to the data that reaches it.
type Fitter interface {
	InitFrom(y *mat.Dense, at Site) error
}

// A Rotator is a layer that opens a block.
type Rotator interface{ Rotates() }

// ErrNothingToFit is returned by a Fitter that has nothing to fit, such as a layer whose transform cannot be fitted.
var ErrNothingToFit = errors.New("there is nothing to fit to data")

// Walk is the iterative Gaussianization: each of n layers is fitted to the output of the layers before it, and then maps that
// output itself. layer returns the i-th layer and its name; push maps the rows through it. A layer that is no Fitter, or whose
// InitFrom returns ErrNothingToFit, stays as it is. Walk returns x mapped by the whole flow. context has one row for each row of x;
// nil if there is none.
func Walk(n int, layer func(i int) (layer any, name string), push func(i int, y *mat.Dense) (*mat.Dense, error), x, context *mat.Dense, c IGConfig) (*mat.Dense, error) {
	if layer == nil || push == nil || x == nil {
		return nil, errors.New("initializers: Walk: a function or x is nil")
	}
	c = c.withDefaults()
	y, block := x, -1
	for i := range n {
		l, name := layer(i)
		if _, ok := l.(Rotator); ok {
			block++
		}
		if fitter, ok := l.(Fitter); ok && !defaults.IsNil(l) {
			if err := fitter.InitFrom(y, Site{c, max(block, 0), context}); err != nil && !errors.Is(err, ErrNothingToFit) {
				return nil, fmt.Errorf("initializers: Walk: layer %d (%s): %w", i, name, err)
			}
		}
		err := ended(c.Interrupt)
		if err == nil {
			y, err = push(i, y)
		}
		if err != nil {
			return nil, fmt.Errorf("initializers: Walk: layer %d (%s): %w", i, name, err)
		}
	}
	return y, nil
}

// FitColumn fits a mixture to values, which are dimension dim at this site. The seed is derived from (seed, block,
// dimension) and nothing else, and scales are within the range of clamp. The log scales of fit equal, to the last bit,
// those that clamp computes in a model of dtype from the raw values raw.
func (s Site) FitColumn(values []float64, dim, components int, clamp kernel.Clamp, dtype graph.Dtype) (fit MixtureFit, raw []float64, err error) {
	if components < 1 {
		return fit, nil, fmt.Errorf("initializers: FitColumn: Components = %d, want ≥ 1", components)
	}
	c := s.Mixture
	c.Components = components
	c.Seed = s.Seed + 1000*uint64(s.Block) + uint64(dim)
	c.MinScale, c.MaxScale = clamp.ScaleRange()
	c.Interrupt = s.Interrupt
	if fit, err = FitMixture(values, c); err != nil {
		return fit, nil, err
	}
	raw = make([]float64, components)
	for k, l := range fit.LogScales {
		raw[k] = clamp.Invert(l)
	}
	if dtype == graph.Float32 {
		fit.LogScales = kernel.ClampAll[float32](clamp, raw)
	} else {
		fit.LogScales = kernel.ClampAll[float64](clamp, raw)
	}
	return fit, raw, nil
}

// EachColumn calls fit for 0 ≤ i < n from as many goroutines as there are processors. It returns the error of the
// lowest i.
func EachColumn(n int, fit func(i int) error) error {
	if n < 0 || n > maxNumbers || fit == nil {
		return fmt.Errorf("initializers: EachColumn: n = %d columns, fit is nil: %t; want n from 0 to %d and a function", n, fit == nil, maxNumbers)
	}
	errs := make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				errs[i] = fit(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
