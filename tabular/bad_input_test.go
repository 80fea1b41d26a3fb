package tabular_test

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/tabular"
)

func TestBadTables(t *testing.T) {
	good := curve(20, 2, 1)
	nan := mat.DenseCopyOf(good)
	nan.Set(11, 1, math.NaN())
	for name, c := range map[string]struct {
		names []string
		x     mat.Matrix
		words []string
	}{
		"nil":            {names(2), nil, []string{"0×0"}},
		"nil dense":      {names(2), (*mat.Dense)(nil), []string{"0×0"}},
		"no rows":        {names(2), &mat.Dense{}, []string{"0×0"}},
		"NaN":            {names(2), nan, []string{"row 11", "column 1", "NaN"}},
		"three rows":     {names(2), curve(3, 2, 1), []string{"3 rows", "at least 4"}},
		"missing names":  {names(1), good, []string{"1 name", "2 columns"}},
		"name twice":     {[]string{"a", "a"}, good, []string{`"a"`, "column 1"}},
		"name of no one": {[]string{"a", ""}, good, []string{`""`, "column 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tabular.Fit(context.Background(), c.names, c.x, quick)
			errtest.Says(t, err, c.words...)
		})
	}
}

func TestBadConfigs(t *testing.T) {
	for name, c := range map[string]struct {
		config tabular.Config
		words  []string
	}{
		"preset":           {tabular.Config{Preset: "better"}, []string{"Preset", "better", "fast"}},
		"family":           {tabular.Config{Family: "spline"}, []string{"Family", "spline", "aligned"}},
		"dequantize":       {tabular.Config{Dequantize: "yes"}, []string{"Dequantize", "grids"}},
		"blocks":           {tabular.Config{Blocks: -1}, []string{"Blocks = -1"}},
		"components":       {tabular.Config{Components: -2}, []string{"Components = -2"}},
		"hidden":           {tabular.Config{Hidden: []int{0}}, []string{"Hidden[0] = 0"}},
		"epochs":           {tabular.Config{Epochs: -1}, []string{"Epochs = -1"}},
		"batch":            {tabular.Config{BatchSize: -1}, []string{"BatchSize = -1"}},
		"patience":         {tabular.Config{Patience: -1}, []string{"Patience = -1"}},
		"workers":          {tabular.Config{Workers: -1}, []string{"Workers = -1"}},
		"learning rate":    {tabular.Config{LearningRate: math.NaN()}, []string{"LearningRate"}},
		"validation share": {tabular.Config{ValidationShare: 1}, []string{"ValidationShare = 1"}},
		"noise":            {tabular.Config{Noise: math.NaN()}, []string{"Noise"}},
		"dtype":            {tabular.Config{Dtype: "float16"}, []string{"float16"}},
		"validation rows":  {tabular.Config{Validation: mat.NewDense(3, 5, nil)}, []string{"Validation", "3×5"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tabular.Fit(context.Background(), names(2), curve(20, 2, 1), c.config)
			errtest.Says(t, err, c.words...)
		})
	}
}

func TestBadReads(t *testing.T) {
	m := fit(t, curve(50, 2, 1), quick)
	_, err := m.LogProb(curve(3, 3, 1))
	errtest.Says(t, err, "tabular: LogProb", "3×3", "2 columns")
	_, err = m.Sample(0, nil)
	errtest.Says(t, err, "tabular: Sample", "n = 0")
	if m.Config.Dtype != graph.Float32 || m.Config.Epochs != quick.Epochs {
		t.Errorf("config %+v: want the choices filled in", m.Config)
	}
}
