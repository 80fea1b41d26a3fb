package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/rows"
	"gaussflow/transforms"
)

// GaussianizationConfig configures NewGaussianization; the zero value is the default.
type GaussianizationConfig struct {
	Blocks     int                  `json:"blocks,omitempty"`     // default 6
	Reflectors int                  `json:"reflectors,omitempty"` // of each rotation, default d
	Transform  transforms.Transform `json:"transform,omitempty"`  // of each column; default a Gaussian mixture of Components
	Components int                  `json:"components,omitempty"` // K, default 8
	Context    int                  `json:"context,omitempty"`    // numbers of context a row; default 0: none
	Hidden     []int                `json:"hidden,omitzero"`      // widths of the networks that read the context, default 64, 64
	Seed       uint64               `json:"seed,omitempty"`       // default 0
	Dtype      graph.Dtype          `json:"dtype,omitempty"`
	// PCA puts a fixed rotation first: onto the principal axes of PCAInit if that is given, else a random
	// one (Haar) until InitFrom sets it.
	PCA bool `json:"pca,omitempty"`

	PCAInit     mat.Matrix `json:"-"` // data for the first rotation; implies PCA
	MixtureInit mat.Matrix `json:"-"` // data whose quantiles start the mixtures, block by block
}

// Validate reports fields out of range.
func (c GaussianizationConfig) Validate() error {
	switch {
	case c.Transform != nil && c.Components != 0:
		return fmt.Errorf("flows: GaussianizationConfig: Components = %d beside Transform = %T, want it in a transforms.GaussianMixtureCDF", c.Components, c.Transform)
	case c.MixtureInit != nil && !c.plain():
		return errors.New("flows: GaussianizationConfig: MixtureInit beside a Transform or a Context, want mixtures that are the same for all rows")
	case c.Context == 0 && c.Hidden != nil:
		return fmt.Errorf("flows: GaussianizationConfig: Hidden = %v without a Context, want a network's widths where there is one", c.Hidden)
	}
	return errors.Join(validSizes("GaussianizationConfig", c.Blocks, c.Components, c.Reflectors, c.Context), c.Dtype.Validate())
}

// plain reports whether the marginal maps are mixtures and the same for all rows.
func (c GaussianizationConfig) plain() bool { return c.Transform == nil && c.Context == 0 }

// MarshalJSON writes the transform under its registered name.
func (c GaussianizationConfig) MarshalJSON() ([]byte, error) {
	type plain GaussianizationConfig
	t, err := describeTransform(c.Transform)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		plain
		Transform *transforms.Description `json:"transform,omitempty"`
	}{plain(c), t})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *GaussianizationConfig) UnmarshalJSON(raw []byte) (err error) {
	type plain GaussianizationConfig
	var j struct {
		plain
		Transform *transforms.Description `json:"transform"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*c = GaussianizationConfig(j.plain)
	c.Transform, err = describedTransform(j.Transform)
	return err
}

// describeTransform describes t for a file. nil is the default and is left out.
func describeTransform(t transforms.Transform) (*transforms.Description, error) {
	if t == nil {
		return nil, nil
	}
	d, err := transforms.Describe(t)
	return &d, err
}

func describedTransform(d *transforms.Description) (transforms.Transform, error) {
	if d == nil {
		return nil, nil
	}
	return transforms.New(*d)
}

// maxBlocks limits what a damaged or hostile configuration can ask for.
const maxBlocks = 1 << 16

// maxNumbers limits the total number of parameter values of all blocks.
const maxNumbers = 1 << 27

// validSizes reports sizes of a recipe that cannot be meant. Zero stands for each default.
func validSizes(recipe string, blocks, components, reflectors, context int) error {
	switch {
	case blocks < 0 || components < 0 || reflectors < 0:
		return fmt.Errorf("flows: %s: Blocks = %d, Components = %d, Reflectors = %d, want none negative (0: the default)", recipe, blocks, components, reflectors)
	case context < 0:
		return fmt.Errorf("flows: %s: Context = %d, want ≥ 0 (0: none)", recipe, context)
	case blocks > maxBlocks:
		return fmt.Errorf("flows: %s: Blocks = %d, want at most %d", recipe, blocks, maxBlocks)
	}
	return nil
}

// NewGaussianization makes the diagonal flow of d columns: [FixedOrtho?] + Blocks × [Householder, MixtureCDF] (Meng et al. 2020,
// arXiv:2003.01941), or with another Transform in place of the mixture. With a context, a network that reads the context gives the
// parameters of each block's maps.
func NewGaussianization(dim int, c GaussianizationConfig) (*Flow, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.Blocks = defaults.Or(c.Blocks, 6)
	var s stack
	if c.PCAInit != nil {
		s.add("pca", with(layers.NewFixedOrthoPCA(c.PCAInit, layers.FixedOrthoConfig{Seed: c.Seed, Dtype: c.Dtype})))
	} else if c.PCA {
		s.add("pca", with(layers.NewFixedOrtho(dim, layers.FixedOrthoConfig{Seed: c.Seed, Dtype: c.Dtype})))
	}
	for i := 0; s.goesOn(i, c.Blocks); i++ {
		seed := layerSeed(c.Seed, i)
		s.add(fmt.Sprintf("block%d.rotation", i), with(layers.NewHouseholder(dim, layers.HouseholderConfig{
			Reflectors: c.Reflectors, Seed: seed, Dtype: c.Dtype})))
		s.add(fmt.Sprintf("block%d.marginal", i), c.layer(dim, seed))
	}
	f, err := s.flow()
	if err != nil || c.MixtureInit == nil {
		return f, err
	}
	return f, f.adaptMeans(c.MixtureInit)
}

// layer makes the marginal maps of one block.
func (c GaussianizationConfig) layer(dim int, seed uint64) made {
	if c.plain() {
		return with(layers.NewMixtureCDF(dim, layers.MixtureCDFConfig{Components: c.Components, Seed: seed, Dtype: c.Dtype}))
	}
	if c.Transform == nil {
		c.Transform = transforms.GaussianMixtureCDF{Components: c.Components, Clamp: initializers.DefaultScaleClamp}
	}
	e := layers.ElementwiseConfig{Transform: c.Transform, Context: c.Context, Dtype: c.Dtype}
	if c.Context > 0 {
		e.Conditioner = layers.MLPConfig{Hidden: c.Hidden, Seed: seed, Dtype: c.Dtype}.New
		e.Dtype = ""
	}
	return with(layers.NewElementwise(dim, e))
}

// adaptMeans starts each block's mixtures at quantiles of that block's input.
func (f *Flow) adaptMeans(x mat.Matrix) error {
	if err := rows.Check("flows: NewGaussianization: MixtureInit", x, f.Dim()); err != nil {
		return err
	}
	y := mat.DenseCopyOf(x)
	for i, l := range f.chain.Layers() {
		if m, ok := l.(*layers.MixtureCDF); ok {
			if err := m.AdaptMeans(y); err != nil {
				return err
			}
		}
		var err error
		if y, err = f.push(context.Background(), i, y, nil); err != nil {
			return err
		}
	}
	return nil
}

// layerSeed gives each block a seed of its own.
func layerSeed(seed uint64, block int) uint64 { return seed*1_000_003 + uint64(block) }

// stack collects layers with a sticky error.
type stack struct {
	named   []Named
	err     error
	numbers int // parameter values of the layers so far
}

type made struct {
	layer layers.Bijector
	err   error
}

func with[B layers.Bijector](b B, err error) made { return made{b, err} }

func (s *stack) add(name string, m made) {
	switch {
	case s.err != nil: // keep the first error
	case m.err != nil:
		s.err = fmt.Errorf("flows: %s: %w", name, m.err)
	default:
		for _, p := range m.layer.Params() {
			s.numbers += p.Size()
		}
		s.named = append(s.named, Named{name, m.layer})
	}
}

// goesOn reports whether to make the next of the blocks. From the blocks made so far it extrapolates the size of the whole, and
// fails if that is too large to be meant.
func (s *stack) goesOn(made, blocks int) bool {
	if made > 0 && s.err == nil && float64(s.numbers)/float64(made)*float64(blocks) > maxNumbers {
		s.err = &graph.SizeError{Op: "flows", Got: fmt.Sprintf("%d blocks of %d parameters each", blocks, s.numbers/made), Most: maxNumbers}
	}
	return s.err == nil && made < blocks
}

func (s *stack) flow() (*Flow, error) {
	if s.err != nil {
		return nil, s.err
	}
	return New(s.named...)
}
