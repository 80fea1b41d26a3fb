package transforms

import (
	"encoding/json"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/internal/registry"
)

// A Transform is a family of increasing, smooth maps of ℝ onto ℝ, written once as two graph builders. Its JSON form describes it
// completely, except for the parameters θ. With θ zero it is the identity, so that a layer whose network outputs zeros is the
// identity too.
type Transform interface {
	// Parts lists the parameters of one number, always in the same order.
	Parts() []Part
	// Forward maps each element of x (N×d) by its parameters; logSlope is log dz/dx. Both are N×d.
	Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node)
	// Inverse maps back; logSlope is log dx/dz.
	Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node)
}

// A Part is a group of a transform's parameters, for one number.
type Part struct {
	Name string // of the tensor, if a layer holds the parameters itself
	Size int    // count of parameters
}

// Width is how many parameters t has for one number; 0 if t is nil.
func Width(t Transform) (n int) {
	if defaults.IsNil(t) {
		return 0
	}
	for _, p := range t.Parts() {
		n += p.Size
	}
	return n
}

// A Bounded transform maps an interval, including its ends, onto itself and is defined nowhere else: for a number outside, logSlope
// is −Inf and z some finite number.
type Bounded interface {
	Interval() (lo, hi float64)
}

// A Validator is a transform of which not every value is valid.
type Validator interface{ Validate() error }

// Validate reports a transform that is nil, whose own Validate returns an error, or whose parts lack distinct names or
// positive sizes.
func Validate(t Transform) (err error) {
	if defaults.IsNil(t) {
		return fmt.Errorf("transforms: the transform is nil")
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("transforms: %T: panic: %v", t, p)
		}
	}()
	if v, ok := t.(Validator); ok {
		if err := v.Validate(); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for i, p := range t.Parts() {
		if p.Name == "" || names[p.Name] || p.Size < 1 {
			return fmt.Errorf("transforms: %T: part %d (from 0) is %+v, want a name of its own and a size ≥ 1", t, i, p)
		}
		names[p.Name] = true
	}
	return nil
}

// A Fitter is a transform that can be fitted to a column, so that its output is standard normal. Any layer made with it then
// has a warm start.
type Fitter interface {
	// Fit returns the parameters for values, part by part; they are column number column of the data at its site. dtype is
	// the type of numbers in which the model computes.
	Fit(values []float64, column int, at initializers.Site, dtype graph.Dtype) (parts [][]float64, err error)
}

// A Starter is a transform that gradients cannot train from zero parameters: components that are equal there have equal gradients, and
// stay equal. A fit starts from other parameters instead, not far from the identity.
type Starter interface {
	// Start returns them for one number, part by part; nil: a fit starts from zero all the same.
	Start() [][]float64
}

// Theta holds the parameters for d columns: one set for each row, or one for all rows.
type Theta struct {
	parts  []Part
	d      int
	own    []*G.Node // for each part a node d×Size, the same for all rows; nil if packed is set
	packed *G.Node   // N×(d·Width): the first part for all columns, then the second, …
}

// ThetaOfAll makes a Theta that is the same for all rows, from a node d×Size for each part.
func ThetaOfAll(parts []Part, d int, nodes ...*G.Node) Theta {
	return Theta{parts: parts, d: d, own: nodes}
}

// ThetaPerRow makes a Theta with parameters for each row: N×(d·Width), the first part for all d columns, then the
// second, and so on.
func ThetaPerRow(parts []Part, d int, packed *G.Node) Theta {
	return Theta{parts: parts, d: d, packed: packed}
}

// Part is part i: N×d×Size, or d×Size if it is the same for all rows; without the last axis if Size is 1. It can be the second
// operand of b.Add, b.Sub and b.Mul, with a first operand that has N rows.
func (t Theta) Part(b *graph.Builder, i int) *G.Node {
	parts := t.parts
	if i < 0 || i >= len(parts) || t.own != nil && len(t.own) != len(parts) {
		return b.Fail(fmt.Errorf("transforms: Theta: Part %d (from 0) of %d parts in %d nodes, want 0 ≤ i < parts, and a node for each part", i, len(parts), len(t.own)))
	}
	if b.Err() != nil {
		return nil
	}
	shape := []int{t.d, parts[i].Size}
	if parts[i].Size == 1 {
		shape = shape[:1]
	}
	if t.own != nil {
		return b.Reshape(t.own[i], shape...)
	}
	from := 0
	for _, p := range parts[:i] {
		from += t.d * p.Size
	}
	return b.Reshape(b.Columns(t.packed, from, t.d*parts[i].Size), append([]int{graph.Rows(t.packed)}, shape...)...)
}

// Each gives v, a function of the parameters, the shape of x (N×d): if the parameters are the same for all rows, v is repeated for
// each.
func (t Theta) Each(b *graph.Builder, x, v *G.Node) *G.Node {
	if t.own == nil {
		return v
	}
	return b.Add(b.Scale(x, 0), v)
}

// Packed is all parameters in one node, if the parts have the same size: N×(d·Width), or parts×d×Size if they are the same for
// all rows. Fused ops take this form.
func (t Theta) Packed(b *graph.Builder) *G.Node {
	if t.own == nil {
		return t.packed
	}
	return b.Stack(t.own...)
}

// Nodes are all parameters as they are stored, whatever the sizes of the parts: one node N×(d·Width), or a node d×Size for each
// part if they are the same for all rows.
func (t Theta) Nodes() []*G.Node {
	if t.own == nil {
		return []*G.Node{t.packed}
	}
	return t.own
}

// First is a Theta of the first n parts alone.
func (t Theta) First(b *graph.Builder, n int) Theta {
	if n < 0 || n > len(t.parts) || t.own != nil && len(t.own) != len(t.parts) {
		b.Fail(fmt.Errorf("transforms: Theta: First %d of %d parts in %d nodes, want 0 ≤ n ≤ parts, and a node for each part", n, len(t.parts), len(t.own)))
		return Theta{}
	}
	if n == len(t.parts) {
		return t
	}
	first := Theta{parts: t.parts[:n], d: t.d}
	if t.own != nil {
		first.own = t.own[:n]
		return first
	}
	width := 0
	for _, p := range first.parts {
		width += p.Size
	}
	first.packed = b.Columns(t.packed, 0, t.d*width)
	return first
}

// A Description is the JSON form of a transform.
type Description struct {
	Kind   string          `json:"kind"`
	Config json.RawMessage `json:"config"`
}

var known = registry.New[Transform, struct{}]("transforms.Register")

// Register lets layers with transforms of type T be saved, under the given name in files. T must survive encoding to JSON and
// back. It is called once, in an init function. A name prefixed by the program's, as "acme.cubic", cannot collide with others.
func Register[T Transform](kind string) error {
	return registry.AddValue(known, kind, func(t T) error { return Validate(t) })
}

// Kinds lists the names of the registered transforms.
func Kinds() []string { return known.Kinds() }

// Describe describes t as JSON. It returns an error if t's type is not registered.
func Describe(t Transform) (Description, error) {
	kind, config, err := known.Describe(t)
	if err != nil {
		return Description{}, fmt.Errorf("transforms: Describe: %w", err)
	}
	return Description{kind, config}, nil
}

// New makes the transform that d describes.
func New(d Description) (Transform, error) {
	t, err := known.Make(d.Kind, struct{}{}, d.Config, nil)
	if err != nil {
		return nil, fmt.Errorf("transforms: New: %w", err)
	}
	return t, nil
}

// The transforms of this package. A new one needs a file and a line here.
func init() {
	for _, err := range []error{
		Register[Affine]("affine"),
		Register[Empirical]("empirical"),
		Register[GaussianMixtureCDF]("gaussian_mixture_cdf"),
		Register[CircularSpline]("circular_spline"),
		Register[IntervalSpline]("interval_spline"),
		Register[LogisticMixtureCDF]("logistic_mixture_cdf"),
		Register[RationalQuadraticSpline]("rational_quadratic_spline"),
		Register[SinhArcsinh]("sinh_arcsinh"),
		Register[YeoJohnson]("yeo_johnson"),
	} {
		if err != nil {
			panic(err) // a mistake in the lines above
		}
	}
}
