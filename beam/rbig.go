package beam

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
)

// RBIGConfig configures FitRBIG.
type RBIGConfig struct {
	Files      string   // a glob; required
	Columns    []string // of the files, in this order; required
	Blocks     int      // a rotation and the maps of the columns each, default 10
	Components int      // of the mixture of each column, default 8
	Seed       uint64   // of the mixtures, default 0
	// Folder is where workers leave summaries for the program that fits: both see it. Default a temporary one, for workers of this machine.
	Folder string
	// Run runs a pipeline to its end: default on Prism, in this process. beamx.Run takes the runner of the flag --runner.
	Run func(ctx context.Context, p *beam.Pipeline) error
}

// FitRBIG fits Rotation-Based Iterative Gaussianization to the rows of files, with a pass over them for each layer and nothing of them in
// memory: of the columns' values workers count cells (see Summary), to which the mixtures of the columns are fitted, and before each rotation
// they sum the moments whose principal axes it turns to. The flow is one as flows.Flow.Save writes it. What it is depends on how the rows are spread
// over files and workers only by the rounding of sums.
//
// Source: Laparra, Camps-Valls & Malo 2011, arXiv:1602.00229.
func FitRBIG(ctx context.Context, c RBIGConfig) (*flows.Flow, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	if c.Folder == "" {
		folder, err := os.MkdirTemp("", "gaussflow-rbig-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(folder)
		c.Folder = folder
	}
	pass := 0
	w := &walk{RBIGConfig: c, summarize: func(flow []byte, cross bool) (*Summary, error) {
		pass++
		kept := Join(c.Folder, fmt.Sprintf("pass-%d", pass))
		p, s := beam.NewPipelineWithRoot()
		beam.ParDo0(s, &keepFn{kept}, Summarize(s, Files(s, c.Files), c.Columns, flow, cross))
		if err := c.Run(ctx, p); err != nil {
			return nil, err
		}
		fs, err := filesystem.New(ctx, kept)
		if err != nil {
			return nil, err
		}
		defer fs.Close()
		raw, err := filesystem.Read(ctx, fs, kept)
		if err != nil {
			return nil, err
		}
		return decodeSummary(raw)
	}}
	return w.fit()
}

// filled is c with its defaults.
func (c RBIGConfig) filled() (RBIGConfig, error) {
	switch {
	case c.Files == "" || len(c.Columns) == 0:
		return c, errors.New("beam: FitRBIG: Files or Columns is empty, want a glob and the names of the columns")
	case c.Blocks < 0 || c.Components < 0:
		return c, fmt.Errorf("beam: FitRBIG: Blocks = %d, Components = %d, want ≥ 1 (0: the default)", c.Blocks, c.Components)
	}
	c.Blocks, c.Components = defaults.Or(c.Blocks, 10), defaults.Or(c.Components, initializers.DefaultComponents)
	if c.Run == nil {
		c.Run = runPrism
	}
	return c, nil
}

// runPrism runs a pipeline on Beam's own runner, in this process.
func runPrism(ctx context.Context, p *beam.Pipeline) error {
	_, err := prism.Execute(ctx, p)
	return err
}

// A walk fits layers in turn.
type walk struct {
	RBIGConfig
	summarize func(flow []byte, cross bool) (*Summary, error) // of what a flow puts out, or of the columns
	named     []flows.Named
}

func (w *walk) fit() (*flows.Flow, error) {
	s, err := w.summarize(nil, false)
	if err != nil {
		return nil, err
	}
	if s.Rows < 4 {
		return nil, fmt.Errorf("beam: FitRBIG: %d rows can be read and %d cannot, want at least 4", s.Rows, s.Refused)
	}
	if err = w.margins(s); err != nil {
		return nil, err
	}
	for i := range w.Blocks {
		if len(w.Columns) == 1 { // nothing to turn
			break
		}
		if err = w.block(i); err != nil {
			return nil, fmt.Errorf("beam: FitRBIG: block %d (from 0): %w", i, err)
		}
	}
	return w.flow()
}

// flow is what was fitted so far.
func (w *walk) flow() (*flows.Flow, error) {
	f, err := flows.New(w.named...)
	if err != nil {
		return nil, err
	}
	f.Metadata.Columns, f.Metadata.Seed = w.Columns, w.Seed
	return f, nil
}

// file is the flow so far as workers get it.
func (w *walk) file() ([]byte, error) {
	f, err := w.flow()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.SaveTo(&b)
	return b.Bytes(), err
}

// standIns is how many values stand for a column when its mixture is fitted.
const standIns = 1 << 14

// margins adds the scale of each column and its first map, of which one pass tells: a scale moves cells, and changes nothing in them.
func (w *walk) margins(s *Summary) error {
	d := len(w.Columns)
	values, shift, logScale := mat.NewDense(standIns, d, nil), make([]float64, d), make([]float64, d)
	for j := range d {
		v := s.Cells[j].quantiles(s.Rows, standIns)
		shift[j] = v[standIns/2]
		scale := (v[standIns*3/4] - v[standIns/4]) / 1.349 // of a normal it is the standard deviation, and wild values do not move it
		if !(scale > 0) {
			scale = (s.Cells[j].Max - s.Cells[j].Min) / 2
		}
		if !(scale > 0) || math.IsInf(scale, 0) {
			return fmt.Errorf("beam: FitRBIG: column %q is %v in every row, want one that varies", w.Columns[j], s.Cells[j].Min)
		}
		logScale[j] = math.Log(scale)
		for i := range v {
			v[i] = (v[i] - shift[j]) / scale
		}
		values.SetCol(j, v)
	}
	layer, err := layers.NewAffine(d, layers.AffineConfig{})
	if err != nil {
		return err
	}
	if err = errors.Join(layer.Params()[0].Set(shift), layer.Params()[1].Set(logScale)); err != nil {
		return err
	}
	w.named = append(w.named, flows.Named{Name: "scale", Layer: layer})
	return w.maps("margins", values, 0)
}

// maps adds the maps of the columns, each the mixture that is fitted to values that stand for it.
func (w *walk) maps(name string, values *mat.Dense, block int) error {
	layer, err := layers.NewMixtureCDF(len(w.Columns), layers.MixtureCDFConfig{Components: w.Components})
	if err != nil {
		return err
	}
	site := initializers.Site{IGConfig: initializers.IGConfig{Seed: w.Seed}, Block: block}
	if block > 0 {
		site.Mixture.MinVariance = leastVariance
	}
	w.named = append(w.named, flows.Named{Name: name, Layer: layer})
	return layer.InitFrom(values, site)
}

// leastVariance is of a component of a mixture behind a rotation, of columns whose variance is about 1: a narrower one, of a few rows that
// came to lie together, sends rows that were not fitted to far out, and the next block farther. The table's own columns may have edges and
// narrow peaks: theirs is the default of initializers, as in memory.
const leastVariance = 0.01

// block adds a rotation to the principal axes, and the maps of the columns behind it: a pass for each.
func (w *walk) block(i int) error {
	raw, err := w.file()
	if err != nil {
		return err
	}
	s, err := w.summarize(raw, true)
	if err != nil {
		return err
	}
	rotation, err := w.rotation(s, i)
	if err != nil {
		return err
	}
	w.named = append(w.named, flows.Named{Name: fmt.Sprintf("block%d.rotation", i), Layer: rotation})
	if raw, err = w.file(); err != nil {
		return err
	}
	if s, err = w.summarize(raw, false); err != nil {
		return err
	}
	d := len(w.Columns)
	values := mat.NewDense(standIns, d, nil)
	for j := range d {
		values.SetCol(j, s.Cells[j].quantiles(s.Rows, standIns))
	}
	return w.maps(fmt.Sprintf("block%d.marginal", i), values, i+1)
}

// rotation is to the principal axes of what the summary is of, and in every other block then by one drawn at random: columns that have become
// normal have equal variances, and no axes of their own.
func (w *walk) rotation(s *Summary, block int) (*layers.Householder, error) {
	d := len(w.Columns)
	_, covariance := s.moments()
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, errors.New("the covariance has no eigenvalues that can be computed")
	}
	var axes mat.Dense
	eigen.VectorsTo(&axes)
	q := &axes // of which each column is an axis: z = x·Q
	for k := range d {
		axis := mat.Col(nil, k, q)
		greatest := 0
		for j := range axis {
			if math.Abs(axis[j]) > math.Abs(axis[greatest]) {
				greatest = j
			}
		}
		if axis[greatest] < 0 { // an axis has no sign: the greatest of its parts is positive
			floats.Scale(-1, axis)
			q.SetCol(k, axis)
		}
	}
	if block%2 == 1 {
		var turned mat.Dense
		turned.Mul(q, initializers.Haar(d, w.Seed+uint64(block)))
		q = &turned
	}
	reflectors, _, err := initializers.HouseholderDecompose(q, d)
	if err != nil {
		return nil, err
	}
	layer, err := layers.NewHouseholder(d, layers.HouseholderConfig{})
	if err != nil {
		return nil, err
	}
	return layer, layer.Params()[0].SetMatrix(reflectors)
}
