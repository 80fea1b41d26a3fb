package initializers

import (
	"cmp"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/strictjson"
)

// A Distribution is what the initial kernel of a dense layer is drawn from, like Keras's kernel_initializer; the zero value is
// GlorotUniform.
type Distribution string

// The distributions. Glorot: variance 2/(in+out) (Glorot & Bengio 2010). He: variance 2/in (He et al. 2015,
// arXiv:1502.01852). FanInUniform: between ±1/√in, as in PyTorch. Normal: N(0, 0.05²), as in Keras. Orthogonal: Saxe et al. 2014,
// arXiv:1312.6120.
const (
	GlorotUniform Distribution = "glorot_uniform"
	GlorotNormal  Distribution = "glorot_normal"
	HeUniform     Distribution = "he_uniform"
	HeNormal      Distribution = "he_normal"
	FanInUniform  Distribution = "fan_in_uniform"
	Normal        Distribution = "normal"
	Orthogonal    Distribution = "orthogonal"
	Zeros         Distribution = "zeros"
)

// Distributions lists the names.
func Distributions() []Distribution {
	return []Distribution{GlorotUniform, GlorotNormal, HeUniform, HeNormal, FanInUniform, Normal, Orthogonal, Zeros}
}

// Validate reports an unknown name.
func (k Distribution) Validate() error {
	return strictjson.CheckWord("initializers: Distribution", "distribution", cmp.Or(k, GlorotUniform), Distributions())
}

// Make draws a kernel of in rows and out columns, row-major. It returns nil if in or out is not positive, if in·out is more than
// 2^28, if the kernel is orthogonal (cut from a square matrix) and in or out is more than 16384, or if rng is nil.
func (k Distribution) Make(in, out int, rng *rand.Rand) []float64 {
	if in < 1 || out < 1 || in > maxNumbers/out || rng == nil {
		return nil
	}
	if n := max(in, out); k == Orthogonal && n > maxNumbers/n {
		return nil
	}
	w := make([]float64, in*out)
	glorot, he := 2/float64(in+out), 2/float64(in)
	switch k {
	case "", GlorotUniform:
		uniform(w, math.Sqrt(3*glorot), rng)
	case GlorotNormal:
		normal(w, math.Sqrt(glorot), rng)
	case HeUniform:
		uniform(w, math.Sqrt(3*he), rng)
	case HeNormal:
		normal(w, math.Sqrt(he), rng)
	case FanInUniform:
		uniform(w, 1/math.Sqrt(float64(in)), rng)
	case Normal:
		normal(w, 0.05, rng)
	case Orthogonal:
		orthogonal(w, in, out, rng)
	}
	return w
}

// MakeBias draws the biases of out units of in inputs, each as a weight of its unit would be drawn; the zero value is Zeros here. It
// returns nil where Make does.
func (k Distribution) MakeBias(in, out int, rng *rand.Rand) []float64 {
	if w := cmp.Or(k, Zeros).Make(in, out, rng); w != nil {
		return w[:out]
	}
	return nil
}

func uniform(w []float64, bound float64, rng *rand.Rand) {
	for i := range w {
		w[i] = bound * (2*rng.Float64() - 1)
	}
}

func normal(w []float64, std float64, rng *rand.Rand) {
	for i := range w {
		w[i] = std * rng.NormFloat64()
	}
}

// orthogonal has orthonormal rows or columns, whichever are fewer; a corner of a Haar matrix would not.
func orthogonal(w []float64, in, out int, rng *rand.Rand) {
	n := max(in, out)
	q := haar(n, rng)
	mat.NewDense(in, out, w).Copy(q.Slice(0, in, 0, out))
}

// NewRand is the random generator used for everything seeded; stream distinguishes the users of one seed.
func NewRand(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }
