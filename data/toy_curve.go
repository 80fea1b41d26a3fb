package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/integrate/quad"

	"gaussflow/graph/kernel"
)

// A Curves is a point on one of several equally likely plane curves, plus noise N(0, σ²) in both coordinates:
//
//	p(x) = mean over curves c of ∫ w(t) N(x; c(t), σ²I) dt
//
// The integral is a Gauss–Legendre sum over pieces of curve no longer than 2σ: its error in log p is below 1e-9 within
// 8σ of a curve, and grows slowly beyond.
type Curves struct {
	curves []curve
	noise  float64
	nodes  []node
}

// curve is c(t) for t in [lo, hi], with the density w(t) ∝ 1, or ∝ t if linear is true.
type curve struct {
	at     func(t float64) (x, y float64)
	lo, hi float64
	linear bool
}

// node is a point of the quadrature and the logarithm of its weight.
type node struct{ x, y, logWeight float64 }

// nodesPerPiece is how many nodes each piece has.
const nodesPerPiece = 12

// leastNoise limits the number of nodes.
const leastNoise = 1e-3

func newCurves(name string, noise float64, curves ...curve) (*Curves, error) {
	if !(noise >= leastNoise) || math.IsInf(noise, 1) {
		return nil, fmt.Errorf("data: %s: noise = %v, want ≥ %v and finite", name, noise, leastNoise)
	}
	c := &Curves{curves: curves, noise: noise}
	logShare := -math.Log(float64(len(curves))) - math.Log(2*math.Pi*noise*noise)
	for _, curve := range curves {
		c.nodes = append(c.nodes, curve.quadrature(2*noise, logShare)...)
	}
	return c, nil
}

// draw is the u-quantile of t.
func (c curve) draw(u float64) float64 {
	if c.linear {
		return math.Sqrt(c.lo*c.lo + u*(c.hi*c.hi-c.lo*c.lo))
	}
	return c.lo + u*(c.hi-c.lo)
}

func (c curve) density(t float64) float64 {
	if c.linear {
		return 2 * t / (c.hi*c.hi - c.lo*c.lo)
	}
	return 1 / (c.hi - c.lo)
}

func (c curve) quadrature(longest, logShare float64) []node {
	pieces := int(math.Ceil(c.speed() * (c.hi - c.lo) / longest))
	t, w := make([]float64, nodesPerPiece), make([]float64, nodesPerPiece)
	var nodes []node
	for p := range pieces {
		step := (c.hi - c.lo) / float64(pieces)
		lo := c.lo + float64(p)*step
		quad.Legendre{}.FixedLocations(t, w, lo, lo+step)
		for i := range t {
			x, y := c.at(t[i])
			nodes = append(nodes, node{x, y, math.Log(w[i]*c.density(t[i])) + logShare})
		}
	}
	return nodes
}

// speed is the greatest length of the curve's derivative by t.
func (c curve) speed() float64 {
	const chords = 1000
	step := (c.hi - c.lo) / chords
	x0, y0 := c.at(c.lo)
	fastest := 0.0
	for i := range chords {
		x, y := c.at(c.lo + float64(i+1)*step)
		fastest = max(fastest, math.Hypot(x-x0, y-y0)/step)
		x0, y0 = x, y
	}
	return fastest
}

// Dim is 2; 0 if no constructor made the Curves.
func (c *Curves) Dim() int {
	if c == nil || len(c.curves) == 0 {
		return 0
	}
	return 2
}

// Rand draws a row.
func (c *Curves) Rand(rng *rand.Rand, dst []float64) {
	if !drawable(rng, dst, c.Dim()) {
		return
	}
	which := c.curves[rng.IntN(len(c.curves))]
	x, y := which.at(which.draw(rng.Float64()))
	dst[0], dst[1] = x+c.noise*rng.NormFloat64(), y+c.noise*rng.NormFloat64()
}

// LogProb is log p(x).
func (c *Curves) LogProb(x []float64) float64 {
	if len(x) != 2 || c.Dim() == 0 {
		return math.NaN()
	}
	terms := make([]float64, len(c.nodes))
	for i, n := range c.nodes {
		dx, dy := (x[0]-n.x)/c.noise, (x[1]-n.y)/c.noise
		terms[i] = n.logWeight - 0.5*(dx*dx+dy*dy)
	}
	return kernel.LogSumExp(terms)
}
