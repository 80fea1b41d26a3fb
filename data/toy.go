package data

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// A Distribution is a distribution of rows with a known density. Its methods may be called by several goroutines.
type Distribution interface {
	// Dim is d.
	Dim() int
	// Rand draws one row into dst. The distributions of this package fill dst with NaN if its length is not d or rng is nil.
	Rand(rng *rand.Rand, dst []float64)
	// LogProb is the log-density at x in nats, −Inf outside the support. The distributions of this package return NaN if the
	// length of x is not d.
	LogProb(x []float64) float64
}

// drawable reports whether a row of d numbers can be drawn into dst; otherwise it fills dst with NaN. d = 0 belongs to a
// distribution that no constructor has made.
func drawable(rng *rand.Rand, dst []float64, d int) bool {
	if rng != nil && d > 0 && len(dst) == d {
		return true
	}
	for j := range dst {
		dst[j] = math.NaN()
	}
	return false
}

// toys are the toy sets, in the order of ToyNames.
var toys = []struct {
	name string
	make func() (Distribution, error)
}{
	{"moons", func() (Distribution, error) { return NewMoons(0.05) }},
	{"circles", func() (Distribution, error) { return NewCircles(0.05) }},
	{"pinwheel", func() (Distribution, error) { return Pinwheel{}, nil }},
	{"eight-gaussians", func() (Distribution, error) { return EightGaussians{}, nil }},
	{"checkerboard", func() (Distribution, error) { return Checkerboard{}, nil }},
	{"two-spirals", func() (Distribution, error) { return NewTwoSpirals(0.1) }},
	{"swiss-roll", func() (Distribution, error) { return NewSwissRoll(0.5) }},
	{"copula", func() (Distribution, error) { return NewCopula(0.7, Exponential{}, Bimodal{}) }},
	{"copula5", func() (Distribution, error) {
		return NewCopula(0.6, Exponential{}, Bimodal{}, Laplace{}, Uniform{}, LogNormal{})
	}},
}

// ToyNames are the names that Toy accepts.
func ToyNames() []string {
	names := make([]string, len(toys))
	for i, t := range toys {
		names[i] = t.name
	}
	return names
}

// ToyDistribution is the distribution of a toy set.
func ToyDistribution(name string) (Distribution, error) {
	for _, t := range toys {
		if t.name == name {
			return t.make()
		}
	}
	return nil, fmt.Errorf("data: toy %q, want one of %s", name, quoted(ToyNames()))
}

// Toy draws n rows of a toy set. For the same seed the rows of a smaller n are the first ones of a larger n.
func Toy(name string, n int, seed uint64) (*Table, error) {
	d, err := ToyDistribution(name)
	if err != nil {
		return nil, err
	}
	return Draw(d, n, rand.New(rand.NewPCG(seed, 0)))
}

// maxDrawn is the most numbers of a table drawn in memory, 8 GiB.
const maxDrawn = 1 << 30

// Draw draws n ≥ 1 rows; the columns are x1, x2, ….
func Draw(d Distribution, n int, rng *rand.Rand) (*Table, error) {
	switch {
	case defaults.IsNil(d) || d.Dim() < 1:
		return nil, errors.New("data: Draw: got no distribution, want one of at least one column")
	case rng == nil:
		return nil, errors.New("data: Draw: rng is nil, want a *rand.Rand")
	case n < 1:
		return nil, fmt.Errorf("data: Draw: n = %d, want ≥ 1", n)
	case n > maxDrawn/d.Dim():
		return nil, fmt.Errorf("data: Draw: n = %d rows of %d columns, want at most %d", n, d.Dim(), maxDrawn/d.Dim())
	}
	x := mat.NewDense(n, d.Dim(), nil)
	for i := range n {
		d.Rand(rng, x.RawRowView(i))
	}
	return &Table{Names: defaults.Names("x", d.Dim()), X: x}, nil
}

// LogProb is the log-density of each row of x, N×d.
func LogProb(d Distribution, x *mat.Dense) ([]float64, error) {
	if defaults.IsNil(d) {
		return nil, errors.New("data: LogProb: got no distribution")
	}
	if x == nil {
		x = &mat.Dense{}
	}
	n, cols := x.Dims()
	if cols != d.Dim() {
		return nil, &rows.ShapeError{Op: "data: LogProb", Got: fmt.Sprintf("%d×%d", n, cols), Want: fmt.Sprintf("rows of %d columns", d.Dim())}
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = d.LogProb(x.RawRowView(i))
	}
	return out, nil
}
