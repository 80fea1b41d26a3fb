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

// A Transform is a family of increasing, smooth maps of ℝ onto ℝ, written once as two graph builders. It is a value: what it says
// of itself as JSON is all there is to it, but for the parameters θ. Where θ is zero it is the identity, so that a structure
// whose network puts out zeros is.
type Transform interface {
	// Parts are the parameters of one number, in order: the same ones, always.
	Parts() []Part
	// Forward maps each element of x (N×d) by its parameters; logSlope is log dz/dx. Both are N×d.
	Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node)
	// Inverse maps back; logSlope is log dx/dz.
	Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node)
}

// A Part is some parameters of one number that belong together.
type Part struct {
	Name string // of the tensor, where a layer owns it
	Size int    // numbers
}

// Width is how many parameters one number has; 0 of a transform that is nil.
func Width(t Transform) (n int) {
	if defaults.IsNil(t) {
		return 0
	}
	for _, p := range t.Parts() {
		n += p.Size
	}
	return n
}

// A Bounded transform maps an interval onto itself, its ends included, and nothing else: of a number outside logSlope is −Inf, and z
// whatever finite number.
type Bounded interface {
	Interval() (lo, hi float64)
}

// A Validator is a transform that not every value of makes sense.
type Validator interface{ Validate() error }

// Validate reports a transform that is nil, that says so itself, or whose parts are no parts.
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

// A Fitter is a transform that can be fitted to a column, so that what it puts out is standard normal: the warm start of every
// layer made of it.
type Fitter interface {
	// Fit is the parameters for values, column number column at its site, part by part. raw numbers of type dtype are what a
	// model of that type computes with.
	Fit(values []float64, column int, at initializers.Site, dtype graph.Dtype) (parts [][]float64, err error)
}

// Theta are the parameters of d columns: a set a row, or one for all rows.
type Theta struct {
	parts  []Part
	d      int
	own    []*G.Node // a part each, d×Size, the same for all rows; nil: packed
	packed *G.Node   // N×(d·Width), all columns' first part, then their second, …
}

// ThetaOfAll are parameters that are the same for all rows: a node d×Size for each part.
func ThetaOfAll(parts []Part, d int, nodes ...*G.Node) Theta {
	return Theta{parts: parts, d: d, own: nodes}
}

// ThetaPerRow are parameters for each row: N×(d·Width), the first part of all d columns, then the second, and so on.
func ThetaPerRow(parts []Part, d int, packed *G.Node) Theta {
	return Theta{parts: parts, d: d, packed: packed}
}

// Part is part i: N×d×Size, or d×Size where it is the same for all rows; without the last axis where Size is 1. It can stand second
// in b.Add, b.Sub and b.Mul beside what has a row for each of N.
func (t Theta) Part(b *graph.Builder, i int) *G.Node {
	parts := t.parts
	if i < 0 || i >= len(parts) || t.own != nil && len(t.own) != len(parts) {
		return b.Fail(fmt.Errorf("transforms: there is no part %d (from 0) among %d of %d nodes", i, len(parts), len(t.own)))
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

// Each gives every element of x (N×d) a number that depends on the parameters alone: what has a row for each of N is that already, what
// is the same for all rows is repeated.
func (t Theta) Each(b *graph.Builder, x, v *G.Node) *G.Node {
	if t.own == nil {
		return v
	}
	return b.Add(b.Scale(x, 0), v)
}

// Packed is all of it where the parts are of one size: N×(d·Width), or parts×d×Size where it is the same for all rows. Fused ops
// take it so.
func (t Theta) Packed(b *graph.Builder) *G.Node {
	if t.own == nil {
		return t.packed
	}
	return b.Stack(t.own...)
}

// Nodes are all of it as it is, whatever the sizes of the parts: N×(d·Width), or a node d×Size for each part where it is the same for
// all rows.
func (t Theta) Nodes() []*G.Node {
	if t.own == nil {
		return []*G.Node{t.packed}
	}
	return t.own
}

// First are the first n parts, for what is computed of them by themselves.
func (t Theta) First(b *graph.Builder, n int) Theta {
	if n < 0 || n > len(t.parts) || t.own != nil && len(t.own) != len(t.parts) {
		b.Fail(fmt.Errorf("transforms: there are no first %d parts of %d", n, len(t.parts)))
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

// A Description is a transform as JSON.
type Description struct {
	Kind   string          `json:"kind"`
	Config json.RawMessage `json:"config"`
}

var known = registry.New[Transform, struct{}]("transforms.Register")

// Register makes the transforms of type T, which must survive JSON, ones that a layer can be saved with, under a name that files
// have for them. It is called once, in an init function. A name with the program's before it, as "acme.cubic", meets no other.
func Register[T Transform](kind string) error {
	return registry.AddValue(known, kind, func(t T) error { return Validate(t) })
}

// Kinds lists the names of transforms that are registered.
func Kinds() []string { return known.Kinds() }

// Describe is t as JSON. It is an error if its type is not registered.
func Describe(t Transform) (Description, error) {
	kind, config, err := known.Describe(t)
	if err != nil {
		return Description{}, fmt.Errorf("transforms: Describe: %w", err)
	}
	return Description{kind, config}, nil
}

// New is the transform that d describes.
func New(d Description) (Transform, error) {
	t, err := known.Make(d.Kind, struct{}{}, d.Config, nil)
	if err != nil {
		return nil, fmt.Errorf("transforms: New: %w", err)
	}
	return t, nil
}

// The transforms of this package: a new one is a file and a line.
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
			panic(err) // the lines above are wrong
		}
	}
}
