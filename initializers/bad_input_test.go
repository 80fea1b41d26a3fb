package initializers_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
	"gaussflow/internal/errtest"
)

func TestBadInput(t *testing.T) {
	var (
		nan   = mat.NewDense(3, 2, []float64{1, 2, 3, math.NaN(), 5, 7})
		some  = mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 7})
		empty = &mat.Dense{}
		pca   = func(x mat.Matrix) func() error {
			return func() error { _, _, err := initializers.PCA(x); return err }
		}
		decompose = func(q mat.Matrix, reflectors int) func() error {
			return func() error { _, _, err := initializers.HouseholderDecompose(q, reflectors); return err }
		}
		rbig = func(x mat.Matrix, blocks, k int) func() error {
			return func() error { _, err := initializers.RBIG(x, blocks, k, initializers.IGConfig{}); return err }
		}
		quantile = func(x mat.Matrix, k int) func() error {
			return func() error { _, err := initializers.QuantileMixture(x, k); return err }
		}
		fit = func(x []float64, c initializers.MixtureConfig) func() error {
			return func() error { _, err := initializers.FitMixture(x, c); return err }
		}
		one = []float64{1, 2, 3}
	)
	for name, c := range map[string]struct {
		call  func() error
		words []string
	}{
		"PCA of nil":                {pca(nil), []string{"PCA"}},
		"PCA of no rows":            {pca(empty), []string{"PCA", "0×0"}},
		"PCA of one row":            {pca(mat.NewDense(1, 2, nil)), []string{"1 row,", "at least 2"}},
		"PCA of NaN":                {pca(nan), []string{"PCA", "row 1, column 1", "NaN"}},
		"decompose nil":             {decompose(nil, 2), []string{"HouseholderDecompose"}},
		"decompose nothing":         {decompose(empty, 0), []string{"HouseholderDecompose"}},
		"decompose a rectangle":     {decompose(some, 2), []string{"3×2", "square"}},
		"decompose what is not one": {decompose(mat.NewDense(2, 2, []float64{1, 1, 0, 1}), 2), []string{"orthogonal"}},
		"decompose NaN":             {decompose(mat.NewDense(1, 1, []float64{math.NaN()}), 1), []string{"HouseholderDecompose"}},
		"decompose into too few":    {decompose(mat.NewDense(2, 2, []float64{1, 0, 0, 1}), 1), []string{"num_reflectors == d = 2"}},
		"RBIG of nil":               {rbig(nil, 1, 1), []string{"RBIG"}},
		"RBIG of no rows":           {rbig(empty, 1, 1), []string{"RBIG", "0×0"}},
		"RBIG of NaN":               {rbig(nan, 1, 1), []string{"RBIG", "row 1, column 1"}},
		"RBIG of −1 components":     {rbig(some, 1, -1), []string{"Components = -1"}},
		"quantiles of nil":          {quantile(nil, 2), []string{"QuantileMixture"}},
		"quantiles of no rows":      {quantile(empty, 2), []string{"QuantileMixture"}},
		"quantiles of NaN":          {quantile(nan, 2), []string{"QuantileMixture", "row 1, column 1"}},
		"quantiles for no mixture":  {quantile(some, 0), []string{"K = 0"}},
		"fit of nothing":            {fit(nil, initializers.MixtureConfig{}), []string{"FitMixture", "no values"}},
		"fit of NaN":                {fit([]float64{1, math.NaN()}, initializers.MixtureConfig{}), []string{"value 1", "NaN"}},
		"fit of Inf":                {fit([]float64{math.Inf(-1)}, initializers.MixtureConfig{}), []string{"value 0", "-Inf"}},
		"fit of −1 components":      {fit(one, initializers.MixtureConfig{Components: -1}), []string{"Components = -1"}},
		"fit between no scales":     {fit(one, initializers.MixtureConfig{MinScale: 2, MaxScale: 1}), []string{"MinScale < MaxScale"}},
		"fit with NaN scales":       {fit(one, initializers.MixtureConfig{MaxScale: math.NaN()}), []string{"MinScale < MaxScale"}},
		"fit of negative variance":  {fit(one, initializers.MixtureConfig{MinVariance: -1}), []string{"MinVariance = -1"}},
		"fit with NaN tolerance":    {fit(one, initializers.MixtureConfig{Tol: math.NaN()}), []string{"Tol = NaN"}},
		"fit of negative steps":     {fit(one, initializers.MixtureConfig{MaxSteps: -1}), []string{"MaxSteps = -1"}},
		"fit from negative starts":  {fit(one, initializers.MixtureConfig{Starts: -2}), []string{"Starts = -2"}},
		"fit with negative moves":   {fit(one, initializers.MixtureConfig{Moves: -2}), []string{"Moves = -2"}},
		"fit of 1e200":              {fit([]float64{1e200}, initializers.MixtureConfig{}), []string{"value 0", "1e+200", "1e150"}},
		"unknown kernel":            {func() error { return initializers.Distribution("ones").Validate() }, []string{`"ones"`, "he_normal"}},
	} {
		t.Run(name, func(t *testing.T) { errtest.Says(t, errtest.Of(t, c.call), c.words...) })
	}
}

// TestExtremeColumns: any column of finite numbers is fitted, however extreme they are, and the fitted parameters are finite.
func TestExtremeColumns(t *testing.T) {
	spread := func(from, by float64) []float64 {
		x := make([]float64, 50)
		for i := range x {
			x[i] = from + by*float64(i)
		}
		return x
	}
	for name, x := range map[string][]float64{
		"one value":         {3},
		"fewer than K":      {1, 2},
		"constant":          spread(7, 0),
		"constant and huge": spread(1e15, 0),
		"tiny":              spread(0, 1e-200),
		"huge":              spread(0, 1e100),
		"far from zero":     spread(1e9, 1),
		"one outlier":       append(spread(0, 1), 1e12),
	} {
		t.Run(name, func(t *testing.T) {
			fit, err := initializers.FitMixture(x, initializers.MixtureConfig{})
			if err != nil {
				t.Fatal(err)
			}
			numbers := append(append(append([]float64{fit.LogLikelihood}, fit.Logits...), fit.Means...), fit.LogScales...)
			for _, v := range numbers {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("the fit has %v in it: %+v", v, fit)
				}
			}
		})
	}
}
