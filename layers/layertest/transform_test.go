package layertest

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/transforms"
)

// bent is an affine transform, into which a test builds a mistake.
type bent struct {
	transforms.Affine
	parts   func() []transforms.Part
	forward func(b *graph.Builder, x *G.Node, theta transforms.Theta) (z, logSlope *G.Node)
	inverse func(b *graph.Builder, z *G.Node, theta transforms.Theta) (x, logSlope *G.Node)
}

func (w bent) Parts() []transforms.Part {
	if w.parts != nil {
		return w.parts()
	}
	return w.Affine.Parts()
}

func (w bent) Forward(b *graph.Builder, x *G.Node, theta transforms.Theta) (z, logSlope *G.Node) {
	if w.forward != nil {
		return w.forward(b, x, theta)
	}
	return w.Affine.Forward(b, x, theta)
}

func (w bent) Inverse(b *graph.Builder, z *G.Node, theta transforms.Theta) (x, logSlope *G.Node) {
	if w.inverse != nil {
		return w.inverse(b, z, theta)
	}
	return w.Affine.Inverse(b, z, theta)
}

// TestCheckTransformFindsWhatIsWrong: for each mistake, the error names the rule that it breaks; a transform without a mistake passes.
func TestCheckTransformFindsWhatIsWrong(t *testing.T) {
	type node = *G.Node
	affine, calls := transforms.Affine{}, 0
	for rule, wrong := range map[string]bent{
		"": {},
		"Parts": {parts: func() []transforms.Part {
			calls++
			return []transforms.Part{{Name: strings.Repeat("a", 1+calls%2), Size: 1}, {Name: "log_scale", Size: 1}}
		}},
		"IdentityAtZero": {
			forward: func(b *graph.Builder, x node, theta transforms.Theta) (z, l node) {
				z, l = affine.Forward(b, x, theta)
				return b.Shift(z, 1), l
			},
			inverse: func(b *graph.Builder, z node, theta transforms.Theta) (x, l node) {
				return affine.Inverse(b, b.Shift(z, -1), theta)
			},
		},
		"Increasing": {forward: func(b *graph.Builder, x node, theta transforms.Theta) (z, l node) {
			z, l = affine.Forward(b, x, theta)
			return b.Scale(z, -1), l
		}},
		"Slope": {forward: func(b *graph.Builder, x node, theta transforms.Theta) (z, l node) {
			z, l = affine.Forward(b, x, theta)
			return z, b.Scale(l, -1)
		}},
		"RoundTrip": {inverse: func(b *graph.Builder, z node, theta transforms.Theta) (x, l node) {
			x, l = affine.Inverse(b, z, theta)
			return b.Scale(x, 1+1e-9), l
		}},
		"Training": {forward: func(b *graph.Builder, x node, theta transforms.Theta) (z, l node) {
			return affine.Forward(b, x, transforms.ThetaOfAll(affine.Parts(), graph.Cols(x), b.Zeros(graph.Cols(x), 1), theta.Part(b, 1)))
		}},
		"Columns": {forward: func(b *graph.Builder, x node, theta transforms.Theta) (z, l node) {
			z, l = affine.Forward(b, x, theta)
			return b.Add(z, b.Scale(b.ExpandLast(b.SumLast(x), graph.Cols(x)), 1e-3)), l
		}},
		"Tails": {forward: func(b *graph.Builder, x node, theta transforms.Theta) (z, l node) {
			z, l = affine.Forward(b, x, theta)
			return b.Add(z, b.Scale(b.Exp(b.Scale(x, 0.5)), 1e-300)), l
		}},
		"PerRow": {forward: func(_ *graph.Builder, _ node, _ transforms.Theta) (z, l node) {
			panic("not today")
		}},
	} {
		wants(t, rule, CheckTransform(wrong, TransformOptions{}))
	}
}
