package layers

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
)

// MixtureCDFCoupling is the conditional Gaussianization layer: a conditioner θ reads the identity half x_a and
// chooses the mixtures of the transformed half,
//
//	z_a = x_a,  z_b,i = Φ⁻¹(F(x_b,i; θ_i(x_a))),   θ_i(x_a, context) where there is one,
//	logDet = Σ_{i∈b} [log f(x_b,i; θ_i(x_a)) − log φ(z_b,i)].
//
// θ(x_a) is N×(3·d_b·K): logits, means and raw log scales, in this order, each d_b×K; ScaleClamp bounds the log
// scales. With a zero conditioner (a fresh MLP) it is the identity; with a constant one it is a MixtureCDF on
// the transformed half.
//
// Source: Dinh et al. 2017, arXiv:1605.08803 (coupling); Ho et al. 2019, arXiv:1902.00275 (mixture CDFs in
// it). Unlike there, nothing is clipped and z is Gaussian, not logistic.
type MixtureCDFCoupling struct {
	dim         int
	config      CouplingConfig
	conditioner Conditioner
	fits        []initializers.MixtureFit
}

// CouplingConfig configures a MixtureCDFCoupling; the zero value is the default.
type CouplingConfig struct {
	Mask       Mask        `json:"mask,omitempty"`       // true: identity half; default HalfMask
	Components int         `json:"components,omitempty"` // K, default 8
	ScaleClamp ScaleClamp  `json:"scale_clamp,omitzero"` // default initializers.DefaultScaleClamp
	Shared     bool        `json:"shared,omitempty"`     // one mixture for all transformed columns
	MLP        MLPConfig   `json:"mlp,omitzero"`         // the conditioner
	Custom     bool        `json:"custom,omitempty"`     // the conditioner is the caller's own
	Context    int         `json:"context,omitempty"`    // numbers of context a row that the conditioner reads; default 0: none
	Dtype      graph.Dtype `json:"dtype,omitempty"`
}

// defaultComponents is the default number of components of a mixture.
const defaultComponents = 8

func (c CouplingConfig) withDefaults(dim int) CouplingConfig {
	if c.Mask == nil {
		c.Mask = HalfMask(dim)
	}
	c.Components = defaults.Or(c.Components, defaultComponents)
	c.ScaleClamp = orDefaultClamp(c.ScaleClamp)
	if !c.Custom {
		c.MLP = c.MLP.withDefaults()
	}
	c.MLP.Dtype = c.Dtype
	return c
}

// numbers counts the conditioner's. It takes no memory for a mask of dim columns, whatever dim is.
func (c CouplingConfig) numbers(dim int) float64 {
	in, out := float64(dim/2), float64(dim-dim/2)
	if c.Mask != nil {
		in, out = float64(c.Mask.Count(true)), float64(c.Mask.Count(false))
	}
	if c.Shared {
		out = 1
	}
	return c.MLP.numbers(in+float64(max(c.Context, 0)), 3*out*float64(defaults.Or(c.Components, defaultComponents)))
}

// Validate reports fields out of range for data of dim columns.
func (c CouplingConfig) Validate(dim int) error {
	if err := checkDim("MixtureCDFCoupling", dim); err != nil {
		return err
	}
	c = c.withDefaults(dim)
	if c.Components < 1 {
		return fmt.Errorf("layers: MixtureCDFCoupling: Components = %d, want ≥ 1", c.Components)
	}
	if c.Context < 0 {
		return fmt.Errorf("layers: MixtureCDFCoupling: Context = %d, want ≥ 0", c.Context)
	}
	if err := checkSize("MixtureCDFCoupling", 3*dim, c.Components); err != nil {
		return err
	}
	for _, err := range []error{c.Mask.Validate(dim), validClamp(c.ScaleClamp), c.Dtype.Validate()} {
		if err != nil {
			return fmt.Errorf("layers: MixtureCDFCoupling: %w", err)
		}
	}
	return nil
}

// NewMixtureCDFCoupling makes a coupling with an MLP conditioner: the identity, until it is trained or fitted.
func NewMixtureCDFCoupling(dim int, c CouplingConfig) (*MixtureCDFCoupling, error) {
	if c.Custom {
		return nil, fmt.Errorf("layers: MixtureCDFCoupling: Custom is set: use NewMixtureCDFCouplingWith and the conditioner it was made with")
	}
	if err := c.Validate(dim); err != nil {
		return nil, err
	}
	c = c.withDefaults(dim)
	in, out := c.Mask.Count(true)+c.Context, c.Mask.Count(false)
	if c.Shared {
		cond, err := NewSharedMLP(in, out, c.Components, c.MLP)
		return newCoupling(dim, c, cond, err)
	}
	cond, err := NewMLP(in, 3*out*c.Components, c.MLP)
	return newCoupling(dim, c, cond, err)
}

// NewMixtureCDFCouplingWith makes a coupling with a conditioner of the caller's own. It is an error if the
// conditioner does not map N×(d_a + c) to N×(3·d_b·K).
func NewMixtureCDFCouplingWith(dim int, c CouplingConfig, conditioner Conditioner) (*MixtureCDFCoupling, error) {
	if err := c.Validate(dim); err != nil {
		return nil, err
	}
	c = c.withDefaults(dim)
	c.Custom = true
	if conditioner == nil {
		return nil, fmt.Errorf("layers: MixtureCDFCoupling: the conditioner is nil")
	}
	return newCoupling(dim, c, conditioner, nil)
}

func newCoupling(dim int, c CouplingConfig, conditioner Conditioner, err error) (*MixtureCDFCoupling, error) {
	if err != nil {
		return nil, err
	}
	m := &MixtureCDFCoupling{dim: dim, config: c, conditioner: conditioner}
	return m, m.probe()
}

// probe builds the conditioner once and checks what comes out.
func (m *MixtureCDFCoupling) probe() error {
	const rows = 2
	in, out := m.config.Mask.Count(true), m.config.Mask.Count(false)
	var theta *G.Node
	_, err := graph.Build(m.config.Dtype, func(b *graph.Builder) []*G.Node {
		theta = m.theta(b, b.Input("x_a", rows, in), m.contextInput(b, rows))
		return nil
	})
	if err != nil {
		return fmt.Errorf("layers: MixtureCDFCoupling: %w", err)
	}
	want := []int{rows, 3 * out * m.config.Components}
	if theta == nil || !slices.Equal(theta.Shape(), want) {
		got := "nothing"
		if theta != nil {
			got = fmt.Sprint([]int(theta.Shape()))
		}
		return fmt.Errorf("layers: MixtureCDFCoupling: conditioner output width: got shape %s for %d rows, want %v (3·d_b·K = 3·%d·%d)",
			got, rows, want, out, m.config.Components)
	}
	return nil
}

func (m *MixtureCDFCoupling) contextInput(b *graph.Builder, rows int) *G.Node {
	if m.config.Context == 0 {
		return nil
	}
	return b.Input("context", rows, m.config.Context)
}

// Name is "mixture_cdf_coupling".
func (m *MixtureCDFCoupling) Name() string { return "mixture_cdf_coupling" }

// Dim is d.
func (m *MixtureCDFCoupling) Dim() int { return m.dim }

// ContextDim is how many numbers of context the conditioner reads.
func (m *MixtureCDFCoupling) ContextDim() int { return m.config.Context }

// Params are the conditioner's.
func (m *MixtureCDFCoupling) Params() []*graph.Param { return m.conditioner.Params() }

// Config is the configuration with its defaults filled in.
func (m *MixtureCDFCoupling) Config() any { return m.config }

// Conditioner is θ.
func (m *MixtureCDFCoupling) Conditioner() Conditioner { return m.conditioner }

// Forward transforms the columns for which the mask is false.
func (m *MixtureCDFCoupling) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	return m.transform(b, x, context, b.Mixture)
}

// Inverse undoes Forward: the identity half is there to condition on.
func (m *MixtureCDFCoupling) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	return m.transform(b, z, context, b.MixtureInverse)
}

type mixtureMap func(x, theta *G.Node, k int, clamp ScaleClamp) (value, logSlope *G.Node)

func (m *MixtureCDFCoupling) transform(b *graph.Builder, x, context *G.Node, f mixtureMap) (y, logDet *G.Node) {
	mask := m.config.Mask
	xa, xb := b.Split(x, mask)
	theta := m.theta(b, xa, context)
	half, logSlope := f(xb, theta, m.config.Components, m.config.ScaleClamp)
	return b.Join(xa, half, mask), b.SumLast(logSlope)
}

// theta is θ(x_a, context).
func (m *MixtureCDFCoupling) theta(b *graph.Builder, xa, context *G.Node) (theta *G.Node) {
	b.Within(func() { theta = m.conditioner.Apply(b, m.known(b, xa, context)) }, "conditioner %T", m.conditioner)
	return theta
}

// known is what the conditioner reads: x_a and the context beside it.
func (m *MixtureCDFCoupling) known(b *graph.Builder, xa, context *G.Node) *G.Node {
	if m.config.Context == 0 {
		return xa
	}
	return b.Beside(xa, context)
}

// InitFrom makes the conditioner the constant that Gaussianizes the transformed columns of y one by one: the
// layer is then a MixtureCDF on them, fitted with the same seeds. A shared mixture is fitted to these columns
// pooled, so that what the walk pushes on is what the layer computes. An MLP's hidden layers begin anew: see MLP.StartFrom.
func (m *MixtureCDFCoupling) InitFrom(y *mat.Dense, at initializers.Site) error {
	setter, ok := m.conditioner.(ConstantSetter)
	if !ok {
		return fmt.Errorf("layers: MixtureCDFCoupling: InitFrom: the conditioner %T has no SetConstant", m.conditioner)
	}
	if err := checkContextRows("layers: MixtureCDFCoupling: InitFrom", y, at, m.config.Context); err != nil {
		return err
	}
	if s, ok := m.conditioner.(interface{ StartFrom(xa mat.Matrix) error }); ok {
		if err := s.StartFrom(m.knownRows(y, at)); err != nil {
			return err
		}
	}
	columns := m.config.Mask.Columns(false)
	values := make([][]float64, len(columns))
	for i, j := range columns {
		values[i] = mat.Col(nil, j, y)
	}
	if m.config.Shared {
		values = [][]float64{slices.Concat(values...)}
	}
	k, n := m.config.Components, len(values)
	theta := make([]float64, 3*n*k)
	m.fits = make([]initializers.MixtureFit, n)
	err := initializers.EachColumn(n, func(i int) error {
		fit, raw, err := at.FitColumn(values[i], columns[i], k, m.config.ScaleClamp, m.config.Dtype)
		if err != nil {
			return err
		}
		m.fits[i] = fit
		copy(theta[i*k:], fit.Logits)
		copy(theta[(n+i)*k:], fit.Means)
		copy(theta[(2*n+i)*k:], raw)
		return nil
	})
	if err != nil {
		return err
	}
	return setter.SetConstant(theta)
}

// knownRows are the rows that the conditioner reads where y comes in at a site.
func (m *MixtureCDFCoupling) knownRows(y *mat.Dense, at initializers.Site) mat.Matrix {
	known := columnsOf(y, m.config.Mask.Columns(true))
	if m.config.Context == 0 {
		return known
	}
	var both mat.Dense
	both.Augment(known, at.Context)
	return &both
}

// Fits are the fits of the last InitFrom, one a transformed column, or one for all where they share.
func (m *MixtureCDFCoupling) Fits() []initializers.MixtureFit { return m.fits }

// checkContextRows reports a site whose context is not one row of c numbers for each row of y.
func checkContextRows(op string, y *mat.Dense, at initializers.Site, c int) error {
	if c == 0 {
		return nil
	}
	if err := graph.CheckRows(op+": the context", at.Context, c); err != nil {
		return err
	}
	n, _ := y.Dims()
	if rows, _ := at.Context.Dims(); rows != n {
		return &graph.ShapeError{Op: op + ": the context", Got: fmt.Sprintf("%d rows", rows), Want: fmt.Sprintf("%d, as the data", n)}
	}
	return nil
}

// columnsOf is a copy of some columns of y.
func columnsOf(y *mat.Dense, columns []int) *mat.Dense {
	n, _ := y.Dims()
	x := mat.NewDense(n, len(columns), nil)
	for i, j := range columns {
		x.SetCol(i, mat.Col(nil, j, y))
	}
	return x
}
