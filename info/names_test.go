package info_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/columns"
	"gaussflow/info"
)

// kinds is a schema whose columns are categories of the given numbers of levels, or numbers where 0 is given.
func kinds(levels ...int) *columns.Schema {
	s := &columns.Schema{}
	for j, n := range levels {
		c := columns.Column{Name: string(rune('a' + j)), Kind: columns.Numbers, Min: -1e9, Max: 1e9}
		for k := range n {
			c.Kind = columns.Category
			c.Levels = append(c.Levels, columns.Level{Text: string(rune('A' + k))})
		}
		s.Columns = append(s.Columns, c)
	}
	return s
}

func table(t *testing.T, x mat.Matrix, levels ...int) *info.Sample {
	t.Helper()
	s, err := info.OfTable(kinds(levels...), x, info.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shifted draws rows of a category of three levels and of numbers that are normal about a mean that the level decides,
// correlated within a level.
func shifted(n int, by, rho float64, rng *rand.Rand) *mat.Dense {
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		c := float64(rng.IntN(3))
		u, v := rng.NormFloat64(), rng.NormFloat64()
		x.SetRow(i, []float64{c, by*c + u, rho*u + math.Sqrt(1-rho*rho)*v})
	}
	return x
}

// sharedByShift is the mutual information I(c; by·c + e) of three equally likely c and normal e, by a sum over the line.
func sharedByShift(by float64) float64 {
	h, step := 0.0, 0.001
	for y := -8.0; y < 8+2*by; y += step {
		p := 0.0
		for c := range 3 {
			p += distuv.UnitNormal.Prob(y-by*float64(c)) / 3
		}
		h -= p * math.Log(p) * step
	}
	return h - 0.5*math.Log(2*math.Pi*math.E)
}

// TestNames: the estimated information that categories share with each other and with numbers is near the truth, and its
// interval holds the truth as often as it says, also where the truth is 0.
func TestNames(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, by := range []float64{0, 0.5, 2} {
		truth := sharedByShift(by)
		if by == 0 {
			truth = 0
		}
		const draws, n = 60, 400
		sum, se, covered := 0.0, 0.0, 0
		for range draws {
			e, err := table(t, shifted(n, by, 0.5, rng), 3, 0, 0).MutualInformation([]int{0}, []int{1})
			if err != nil {
				t.Fatal(err)
			}
			sum, se = sum+(e.Value-truth)/draws, se+e.SE/draws
			if e.Lo <= truth && truth <= e.Hi {
				covered++
			}
		}
		if math.Abs(sum) > max(se/2, 0.02*truth) || covered < draws*85/100 {
			t.Errorf("shift %g: mean error %+.4f of %.4f, SE %.4f, %d of %d intervals hold it", by, sum, truth, se, covered, draws)
		}
	}
}

// TestNamesAndNumbers: the chain rule holds for three columns of both kinds.
func TestNamesAndNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	const by, rho = 1.5, 0.6
	s := table(t, shifted(4000, by, rho, rng), 3, 0, 0)
	own, correlated := sharedByShift(by), -0.5*math.Log(1-rho*rho)
	e, err := s.TotalCorrelation() // TC = I(c; x) + I(x, c; y), and only y − by·c depends on x
	near(t, "total correlation", e, err, own+correlated, 0.01)
	e, err = s.ConditionalMutualInformation([]int{1}, []int{2}, []int{0})
	near(t, "of the numbers given the name", e, err, correlated, 0.01)
	e, err = s.MutualInformation([]int{0}, []int{2})
	near(t, "of the name and a number apart", e, err, 0, 0.005)
	e, err = s.Entropy(0)
	near(t, "entropy of a name", e, err, math.Log(3), 0.001)
	r, err := s.IndependenceTest(0, 2)
	if err != nil || r.P < 0.001 {
		t.Errorf("independent columns: p %v, %v", r.P, err)
	}
	if r, err = s.DependenceTest([]int{0}, []int{1, 2}); err != nil || r.P > 0.01 {
		t.Errorf("dependent ones: p %v, %v", r.P, err)
	}
	var names *info.NamesError
	if _, err = s.Negentropy(); !errors.As(err, &names) {
		t.Errorf("negentropy with a name: %v", err)
	}
	if _, err = info.Diverge(s, s); !errors.As(err, &names) {
		t.Errorf("a divergence with a name: %v", err)
	}
}

// TestManyNames: if each level has only a row or two, the information that a category shares cannot be estimated, and the
// error says so.
func TestManyNames(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	x := mat.NewDense(300, 2, nil)
	for i := range 300 {
		x.SetRow(i, []float64{float64(rng.IntN(200)), rng.NormFloat64()})
	}
	s := table(t, x, 200, 0)
	var levels *info.LevelsError
	if _, err := s.MutualInformation([]int{0}, []int{1}); !errors.As(err, &levels) {
		t.Errorf("200 names in 300 rows: %v", err)
	}
	m, err := s.Pairwise()
	if err != nil || !math.IsNaN(m[0][1].Value) {
		t.Errorf("in the matrix: %v, %v", m, err)
	}
}

// TestMissing: each measure uses the rows whose cells it needs are present.
func TestMissing(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	const n = 3000
	x := student(n, equicorrelated(3, 0.6), math.Inf(1), rng)
	for i := range n {
		if j := rng.IntN(6); j < 3 {
			x.Set(i, j, math.NaN())
		}
	}
	s := table(t, x, 0, 0, 0)
	m, err := s.Pairwise()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "a pair", m[0][1], nil, -0.5*math.Log(1-0.36), 0.005)
	e, err := s.TotalCorrelation()
	near(t, "total correlation", e, err, totalOfStudent(equicorrelated(3, 0.6), math.Inf(1)), 0.01)
	if m[0][1].Rows <= e.Rows || e.Rows < n*4/10 || m[0][1].Rows > n*7/10 {
		t.Errorf("a pair is of %d rows and all columns of %d, of %d", m[0][1].Rows, e.Rows, n)
	}
	if _, err := info.Of(x, info.Config{}); err == nil {
		t.Error("Of takes missing cells")
	}
	var few *info.FewRowsError
	empty := mat.DenseCopyOf(x)
	for i := range n {
		empty.Set(i, i%2, math.NaN())
	}
	if _, err := table(t, empty, 0, 0, 0).MutualInformation([]int{0}, []int{1}); !errors.As(err, &few) || !few.Whole {
		t.Errorf("no row has both cells: %v", err)
	}
}
