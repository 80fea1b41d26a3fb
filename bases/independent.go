package bases

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/internal/registry"
	"gaussflow/internal/strictjson"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// A Family is a family of densities of one number with a few parameters, grouped in parts like those of a transform. Its JSON
// form describes it completely. With all parameters zero it is a density near the standard normal. If it has a method Validate() error,
// a base is made of it only where that is nil.
type Family interface {
	Parts() []transforms.Part
	// LogDensity is log p of each element of z, N×d.
	LogDensity(b *graph.Builder, z *G.Node, theta transforms.Theta) *G.Node
	// Draw draws one number with the parameters of one column, part by part. The families of this package return NaN if parts do
	// not have the sizes of Parts or rng is nil.
	Draw(parts [][]float64, rng *rand.Rand) float64
}

// drawable reports whether there are n parts of one number each and a random generator.
func drawable(parts [][]float64, n int, rng *rand.Rand) bool { return rng != nil && areParts(parts, n) }

// areParts reports whether there are n parts of one number each.
func areParts(parts [][]float64, n int) bool {
	return len(parts) == n && !slices.ContainsFunc(parts, func(p []float64) bool { return len(p) != 1 })
}

var families = registry.New[Family, struct{}]("bases.RegisterFamily")

// RegisterFamily lets bases with families of type F be saved. F must survive encoding to JSON and back.
func RegisterFamily[F Family](kind string) error {
	return registry.AddValue[F](families, kind, nil)
}

// Independent is d independent numbers of one family, each with parameters of its own,
//
//	log p(z) = Σ_j log f(z_j; θ_j).
//
// The parameters are the family's parts, d×Size each, zero at first and trained with the flow. With a context a conditioner
// computes them, θ = conditioner(context).
type Independent struct {
	dim    int
	config IndependentConfig
	*parameters
}

// IndependentConfig configures an Independent.
type IndependentConfig struct {
	Family      Family                 // required
	Context     int                    // numbers of context a row; default 0: none
	Conditioner layers.MakeConditioner // reads the context; default layers.MLPConfig{}.New
	Dtype       graph.Dtype            // without a context; with one the conditioner's dtype holds

	conditioned
}

// independentJSON is an IndependentConfig in a file.
type independentJSON struct {
	Family      Description                   `json:"family"`
	Context     int                           `json:"context,omitempty"`
	Conditioner layers.ConditionerDescription `json:"conditioner,omitzero"`
	Dtype       graph.Dtype                   `json:"dtype,omitempty"`
}

// MarshalJSON writes the family and the conditioner under their registered names.
func (c IndependentConfig) MarshalJSON() (raw []byte, err error) {
	j := independentJSON{Context: c.Context, Dtype: c.Dtype}
	if j.Family.Kind, j.Family.Config, err = families.Describe(c.Family); err != nil {
		return nil, err
	}
	if j.Conditioner, err = c.describe(); err != nil {
		return nil, err
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *IndependentConfig) UnmarshalJSON(raw []byte) error {
	var j independentJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	f, err := families.Make(j.Family.Kind, struct{}{}, j.Family.Config, nil)
	*c = IndependentConfig{Family: f, Context: j.Context, Dtype: j.Dtype, conditioned: conditioned{described: j.Conditioner}}
	return err
}

// NewIndependent makes a base of dim numbers.
func NewIndependent(dim int, c IndependentConfig) (*Independent, error) {
	specs, err := c.specs(dim)
	if err != nil {
		return nil, err
	}
	p, err := newParameters("Independent", specs, c.Context, c.Dtype, c.Conditioner)
	if err != nil {
		return nil, err
	}
	return c.of(dim, p), nil
}

// of makes the base with parameters p.
func (c IndependentConfig) of(dim int, p *parameters) *Independent {
	c.is = p.conditioner
	return &Independent{dim, c, p}
}

// specs declares one tensor for each of the family's parts.
func (c IndependentConfig) specs(dim int) (specs []graph.ParamSpec, err error) {
	if defaults.IsNil(c.Family) {
		return nil, errors.New("bases: Independent: the family is nil")
	}
	defer defaults.HalfMade(&err, fmt.Sprintf("bases: Independent: the family, a %T, ", c.Family))
	if family, ok := c.Family.(interface{ Validate() error }); ok {
		if err := family.Validate(); err != nil {
			return nil, err
		}
	}
	if err := c.check("Independent", dim, c.Context, c.Conditioner); err != nil {
		return nil, err
	}
	for _, p := range c.Family.Parts() {
		specs = append(specs, graph.ParamSpec{Name: p.Name, Shape: []int{dim, p.Size}})
	}
	return specs, c.Dtype.Validate()
}

func independentSpecs(dim int, c IndependentConfig) ([]graph.ParamSpec, error) {
	specs, err := c.specs(dim)
	if err != nil {
		return nil, err
	}
	return c.specsOf(specs, c.Context)
}

func newIndependent(dim int, c IndependentConfig, params []*graph.Param) (*Independent, error) {
	specs, err := c.specs(dim)
	if err != nil {
		return nil, err
	}
	p, err := c.readParameters("Independent", specs, c.Context, params)
	if err != nil {
		return nil, err
	}
	return c.of(dim, p), nil
}

// Config is the configuration.
func (n *Independent) Config() IndependentConfig { return n.config }

// Dim is d.
func (n *Independent) Dim() int { return n.dim }

// ContextDim is how many context values the base reads.
func (n *Independent) ContextDim() int { return n.config.Context }

// Bounded reports whether the family's density is zero somewhere: whether it is Bounded.
func (n *Independent) Bounded() bool {
	family, ok := n.config.Family.(Bounded)
	return ok && family.Bounded()
}

// Params are the parts of the family, or the conditioner's parameters; none if the base was not made by NewIndependent.
func (n *Independent) Params() []*graph.Param {
	if n.parameters == nil {
		return nil
	}
	return n.params()
}

// LogProb is Σ_j log f(z_j; θ_j).
func (n *Independent) LogProb(b *graph.Builder, z, context *G.Node) (logProb *G.Node) {
	if n.parameters == nil {
		return b.Fail(errNotMade)
	}
	parts := n.config.Family.Parts()
	theta := transforms.Theta{}
	if n.conditioner != nil {
		theta = transforms.ThetaPerRow(parts, n.dim, n.packed(b, context))
	} else {
		theta = transforms.ThetaOfAll(parts, n.dim, n.nodes(b, nil)...)
	}
	return b.SumLast(n.config.Family.LogDensity(b, z, theta))
}

var errNotMade = errors.New("bases: Independent: the base is not made: want one of NewIndependent")

// Sample draws n rows.
func (n *Independent) Sample(rows int, context mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	if n.parameters == nil {
		return nil, errNotMade
	}
	if err := checkSample("Independent", rows, n.dim, rng); err != nil {
		return nil, err
	}
	theta, err := n.values(rows, context)
	if err != nil {
		return nil, err
	}
	z := mat.NewDense(rows, n.dim, nil)
	one := make([][]float64, len(n.config.Family.Parts()))
	for i := range rows {
		for j := range n.dim {
			z.Set(i, j, n.config.Family.Draw(n.column(theta[i%len(theta)], j, one), rng))
		}
	}
	return z, nil
}

// column finds the parts of column j among the numbers of a row. It reuses parts if that is long enough.
func (n *Independent) column(row []float64, j int, parts [][]float64) [][]float64 {
	if parts == nil {
		parts = make([][]float64, len(n.specs))
	}
	for i, s := range n.specs {
		size := s.Shape[1]
		parts[i] = row[j*size : (j+1)*size]
		row = row[n.dim*size:]
	}
	return parts
}
