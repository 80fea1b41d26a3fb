package bases

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/transforms"
)

// StudentT is the family of Student's t densities with ν degrees of freedom, location μ and scale σ, whose tails fall as
// |z|^(−ν−1); with t = (z − μ)/σ and ν = 10·exp(log_degrees),
//
//	log f(z) = log Γ((ν+1)/2) − log Γ(ν/2) − ½ log νπ − (ν+1)/2·log(1 + t²/ν) − log σ.
//
// Parts mean, log_scale and log_degrees. With all zero it has ten degrees of freedom.
type StudentT struct{}

// tenDegrees is log ν for a zero parameter.
var tenDegrees = math.Log(10)

// Parts are mean, log_scale and log_degrees.
func (StudentT) Parts() []transforms.Part {
	return []transforms.Part{{Name: "mean", Size: 1}, {Name: "log_scale", Size: 1}, {Name: "log_degrees", Size: 1}}
}

// LogDensity is log f.
func (StudentT) LogDensity(b *graph.Builder, z *G.Node, theta transforms.Theta) *G.Node {
	t, logScale := standardized(b, z, theta)
	logNu := b.Shift(theta.Part(b, 2), tenDegrees)
	u := b.Mul(t, b.Exp(b.Scale(logNu, -0.5)))                     // t/√ν
	tail := b.Mul(b.LogOnePlusSquare(u), b.Shift(b.Exp(logNu), 1)) // (ν+1)·log(1 + t²/ν)
	return b.Add(b.Scale(tail, -0.5), b.Sub(b.StudentConstant(logNu), logScale))
}

// Draw is μ + σ·t. It is NaN if parts do not have the sizes of Parts or rng is nil.
func (StudentT) Draw(parts [][]float64, rng *rand.Rand) float64 {
	if !drawable(parts, 3, rng) {
		return math.NaN()
	}
	nu := math.Exp(tenDegrees + parts[2][0])
	return distuv.StudentsT{Mu: parts[0][0], Sigma: math.Exp(parts[1][0]), Nu: nu, Src: rng}.Rand()
}
