package flows_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// afterJSON is c written as JSON and read back.
func afterJSON[C any](t *testing.T, c C) (back C) {
	t.Helper()
	b, err := json.Marshal(c)
	errtest.None(t, err)
	errtest.None(t, json.Unmarshal(b, &back))
	if !reflect.DeepEqual(back, c) {
		t.Errorf("%+v became %+v", c, back)
	}
	return back
}

// TestConfigsSurviveJSON: a recipe's configuration with every field away from its default makes the same flow after JSON, to
// the last bit of its seeded parameters.
func TestConfigsSurviveJSON(t *testing.T) {
	gaussianization := flows.GaussianizationConfig{Blocks: 3, Reflectors: 2, Components: 5, Seed: 7, Dtype: graph.Float32, PCA: true}
	cpl := flows.CouplingConfig{
		Blocks: 2, Components: 3, Hidden: []int{7, 6}, Activation: graph.Gelu, Kernel: initializers.Orthogonal,
		Mask: layers.Mask{true, false, false, true}, ScaleClamp: layers.SigmoidClamp(-2, 1.5), Shared: true,
		NoRotation: true, Reflectors: 3, Seed: 9, Dtype: graph.Float32,
	}
	byTransform := flows.CouplingConfig{Blocks: 1, Transform: transforms.RationalQuadraticSpline{Bins: 4}, Hidden: []int{5, 5, 5}, Residual: true, Context: 2, Seed: 1}
	diagonalByTransform := flows.GaussianizationConfig{Blocks: 1, Transform: transforms.SinhArcsinh{}, Context: 1, Hidden: []int{6}, Seed: 2}
	for name, pair := range map[string][2]*flows.Flow{
		"gaussianization":                 {diagonal(t, 4, gaussianization), diagonal(t, 4, afterJSON(t, gaussianization))},
		"coupling":                        {coupling(t, 4, cpl), coupling(t, 4, afterJSON(t, cpl))},
		"coupling, by a transform":        {coupling(t, 3, byTransform), coupling(t, 3, afterJSON(t, byTransform))},
		"gaussianization, by a transform": {diagonal(t, 3, diagonalByTransform), diagonal(t, 3, afterJSON(t, diagonalByTransform))},
		"gaussianization, default":        {diagonal(t, 4, flows.GaussianizationConfig{}), diagonal(t, 4, afterJSON(t, flows.GaussianizationConfig{}))},
		"coupling, default":               {coupling(t, 4, flows.CouplingConfig{}), coupling(t, 4, afterJSON(t, flows.CouplingConfig{}))},
	} {
		if a, b := pair[0].Summary(), pair[1].Summary(); a != b {
			t.Errorf("%s: after JSON the flow is\n%s\nwant\n%s", name, b, a)
		}
		if !slices.EqualFunc(values(pair[0]), values(pair[1]), slices.Equal) {
			t.Errorf("%s: after JSON the parameters differ", name)
		}
	}
	afterJSON(t, initializers.IGConfig{Seed: 3, ScaleClamp: layers.TanhClamp(2)})
}

// TestJSONNamesEveryField: every field of a configuration has a JSON name of its own, so that renaming a Go field does not
// change the file format.
func TestJSONNamesEveryField(t *testing.T) {
	for _, c := range []any{flows.GaussianizationConfig{}, flows.CouplingConfig{}, initializers.IGConfig{}} {
		kind := reflect.TypeOf(c)
		for i := range kind.NumField() {
			if f := kind.Field(i); f.Tag.Get("json") == "" {
				t.Errorf("%s.%s has no json name", kind, f.Name)
			}
		}
	}
}
