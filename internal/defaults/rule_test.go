package defaults_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bases"
	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/drift"
	"gaussflow/flows"
	"gaussflow/info"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
	"gaussflow/losses"
	"gaussflow/mixed"
	"gaussflow/rbig"
	"gaussflow/report"
	"gaussflow/serve"
	"gaussflow/tabular"
	"gaussflow/train"
	"gaussflow/transforms"
)

// A config is a struct that callers fill in, with valid values in the fields that are required, and the function that reports a field
// out of range.
type config struct {
	value any
	check func(v any) error
}

// validates makes a config of a struct that has a method Validate.
func validates(v any) config {
	return config{v, func(v any) error { return v.(interface{ Validate() error }).Validate() }}
}

// unchecked makes a config of a struct that has no number which could be negative.
func unchecked(v any) config { return config{v, nil} }

// configs are all of the library's. A struct with exported numbers is one of these or of results, or a test fails.
var configs = map[string]config{
	"bases.GaussianMixtureConfig": {bases.GaussianMixtureConfig{}, func(v any) error {
		_, err := bases.NewGaussianMixture(2, v.(bases.GaussianMixtureConfig))
		return err
	}},
	"bases.UniformInterval":   {bases.UniformInterval{}, func(v any) error { return v.(bases.UniformInterval).Validate() }},
	"bases.UniformConfig":     {bases.UniformConfig{Low: []float64{0}, High: []float64{1}}, func(v any) error { return v.(bases.UniformConfig).Validate() }},
	"bases.IndependentConfig": {bases.IndependentConfig{Family: bases.Normal{}}, func(v any) error { _, err := bases.NewIndependent(2, v.(bases.IndependentConfig)); return err }},

	"columns.Options": unchecked(columns.Options{}),

	"data.Options":    validates(data.Options{}),
	"data.CellColumn": validates(data.CellColumn{Name: "x", Type: data.ClockCells}),

	"drift.Config": validates(drift.Config{}),

	"flows.CouplingConfig":        validates(flows.CouplingConfig{}),
	"flows.GaussianizationConfig": validates(flows.GaussianizationConfig{}),

	"initializers.IGConfig":      unchecked(initializers.IGConfig{}),
	"initializers.MixtureConfig": validates(initializers.MixtureConfig{}),

	"layers.MixtureCDFCouplingConfig": {layers.MixtureCDFCouplingConfig{}, func(v any) error { return v.(layers.MixtureCDFCouplingConfig).Validate(2) }},
	"layers.AutoregressiveConfig":     {layers.AutoregressiveConfig{Transform: transforms.Affine{}}, func(v any) error { _, err := layers.NewAutoregressive(2, v.(layers.AutoregressiveConfig)); return err }},
	"layers.CouplingConfig":           {layers.CouplingConfig{Transform: transforms.GaussianMixtureCDF{}}, func(v any) error { _, err := layers.NewCoupling(2, v.(layers.CouplingConfig)); return err }},
	"layers.ElementwiseConfig":        {layers.ElementwiseConfig{Transform: transforms.GaussianMixtureCDF{}}, func(v any) error { _, err := layers.NewElementwise(2, v.(layers.ElementwiseConfig)); return err }},
	"layers.FixedOrthoConfig":         unchecked(layers.FixedOrthoConfig{}),
	"layers.HouseholderConfig":        {layers.HouseholderConfig{}, func(v any) error { _, err := layers.NewHouseholder(2, v.(layers.HouseholderConfig)); return err }},
	"layers.LUConfig":                 {layers.LUConfig{}, func(v any) error { _, err := layers.NewLU(2, v.(layers.LUConfig)); return err }},
	"layers.MLPConfig":                unchecked(layers.MLPConfig{}),
	"layers.MixtureCDFConfig":         {layers.MixtureCDFConfig{}, func(v any) error { _, err := layers.NewMixtureCDF(2, v.(layers.MixtureCDFConfig)); return err }},
	"layers.PermutationConfig":        {layers.PermutationConfig{Order: []int{0}}, func(v any) error { _, err := layers.NewPermutation(v.(layers.PermutationConfig).Order); return err }},
	"layertest.BaseOptions":           validates(layertest.BaseOptions{Lo: -3, Hi: 1}),
	"layertest.ConditionerOptions":    validates(layertest.ConditionerOptions{}),
	"layertest.TransformOptions":      validates(layertest.TransformOptions{Lo: -3, Hi: 1}),
	"layertest.Options":               unchecked(layertest.Options{}),

	"losses.Dependence": validates(losses.Dependence{}),
	"losses.L2":         validates(losses.L2{}),

	"info.Config": validates(info.Config{}),

	"rbig.Config":     validates(rbig.Config{}),
	"mixed.Config":    validates(mixed.Config{}),
	"mixed.Condition": validates(mixed.Condition{Column: "x", Low: -9, High: 9}),

	"report.Input": {report.Input{}, func(v any) error { return reportError(v.(report.Input)) }},

	"serve.Limits": validates(serve.Limits{}),

	"tabular.Config": validates(tabular.Config{}),

	"transforms.Affine":                  validates(transforms.Affine{}),
	"transforms.GaussianMixtureCDF":      validates(transforms.GaussianMixtureCDF{}),
	"transforms.LogisticMixtureCDF":      validates(transforms.LogisticMixtureCDF{}),
	"transforms.CircularSpline":          validates(transforms.CircularSpline{}),
	"transforms.Empirical":               validates(transforms.Empirical{}),
	"transforms.IntervalSpline":          validates(transforms.IntervalSpline{Hi: 1}),
	"transforms.RationalQuadraticSpline": validates(transforms.RationalQuadraticSpline{}),

	"train.Adam":              validates(train.Adam{}),
	"train.AdamW":             validates(train.AdamW{}),
	"train.Checkpoint":        {train.Checkpoint{Path: "no/such/folder/fit"}, func(v any) error { return fitError(train.FitConfig{Checkpoint: v.(train.Checkpoint)}) }},
	"train.Clip":              validates(train.Clip{}),
	"train.Config":            validates(train.Config{}),
	"train.Constant":          validates(train.Constant{Rate: 1}),
	"train.Cosine":            validates(train.Cosine{Peak: 1, DecaySteps: 9}),
	"train.EarlyStopping":     validates(&train.EarlyStopping{}),
	"train.Exponential":       validates(train.Exponential{Initial: 1, DecaySteps: 9, DecayRate: 0.5}),
	"train.FitConfig":         {train.FitConfig{}, func(v any) error { return fitError(v.(train.FitConfig)) }},
	"train.Piecewise":         unchecked(train.Piecewise{}),
	"train.RMSProp":           validates(train.RMSProp{}),
	"train.ReduceLROnPlateau": validates(&train.ReduceLROnPlateau{}),
	"train.SGD":               validates(train.SGD{}),
}

// results are the structs that the library fills in and callers read.
var results = []string{
	"columns.Atom", "columns.Bad", "columns.Column", "columns.Form", "columns.Level", "columns.Relation", "columns.Schema", "columns.Values",
	"data.BadColumn", "data.Cell", "data.Column", "data.EmptyError", "data.FormatError", "data.MissingError",
	"data.Place", "data.Table", "sql.Error",
	"drift.Apart", "drift.Column", "drift.Level", "drift.Pair", "drift.Rest", "drift.Result", "drift.Side", "drift.Unread",
	"info.Estimate", "info.FewRowsError", "info.LevelsError", "info.Test", "info.TiedError", "rbig.Block", "rbig.ConstantError", "rbig.Fit", "rbig.Loss",
	"flows.RowError", "flows.OutsideError", "flows.Weight", "flows.KerasWeight", "variational.Weighted", "tabular.RowError", "tabular.FewRowsError", "flows.Metadata", "flows.FitSummary",
	"initializers.Mixture", "initializers.MixtureFit", "rows.Moments", "initializers.Site",
	"mixed.Facts", "mixed.Residual", "rows.Tie",
	"layers.Autoregression", "layers.Description", "layers.Interval", "transforms.Part", "rows.DomainError",
	"tabular.Facts", "tabular.Reason", "tabular.Score", "tabular.Training",
	"train.History", "train.Logs", "train.NonFiniteError", "train.OptimizerState", "train.State", "train.Warmup",
}

// fitError is the error of a Fit with a config. If the config is valid, a checkpoint in a folder that does not exist ends the fit at once.
func fitError(c train.FitConfig) error {
	f, err := flows.NewGaussianization(1, flows.GaussianizationConfig{Blocks: 1, Components: 1})
	if err == nil {
		err = f.Compile(train.Config{})
	}
	if err != nil {
		return err
	}
	if _, err = f.Fit(context.Background(), mat.NewDense(4, 1, []float64{0, 1, 2, 3}), c); err != nil && strings.Contains(err.Error(), "no such file") {
		return nil
	}
	return err
}

// reportError is what report says of an Input beyond its lack of a model.
func reportError(in report.Input) error {
	in.Model = &tabular.Model{Flow: &flows.Flow{}}
	in.Model.Columns = []tabular.Column{{Column: data.Column{Name: "x"}, Dropped: true}}
	in.Rows = mat.NewDense(1, 1, nil)
	return in.Validate()
}

// fieldDocs are the comments of the exported fields that hold numbers, or lists of numbers, of every exported struct of the
// library's packages but graph's, by "package.Type".
func fieldDocs(t *testing.T) map[string]map[string]string {
	t.Helper()
	docs := map[string]map[string]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (slices.Contains([]string{"graph", "bench", "docs", "internal", "testdata"}, d.Name()) || d.Name()[0] == '.'):
			return filepath.SkipDir
		case d.IsDir() && path != root && apart(path):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			of, ok := n.(*ast.TypeSpec)
			if !ok || !of.Name.IsExported() {
				return true
			}
			if s, ok := of.Type.(*ast.StructType); ok {
				if fields := numbersOf(s); len(fields) > 0 {
					docs[file.Name.Name+"."+of.Name.Name] = fields
				}
			}
			return false
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

var numeric = regexp.MustCompile(`^(u?int(8|16|32|64)?|byte|float(32|64))$`)

func numbersOf(s *ast.StructType) map[string]string {
	fields := map[string]string{}
	for _, f := range s.Fields.List {
		of := f.Type
		for {
			if list, ok := of.(*ast.ArrayType); ok {
				of = list.Elt
				continue
			}
			if pointer, ok := of.(*ast.StarExpr); ok {
				of = pointer.X
				continue
			}
			break
		}
		if name, ok := of.(*ast.Ident); !ok || !numeric.MatchString(name.Name) {
			continue
		}
		for _, name := range f.Names {
			if name.IsExported() {
				fields[name.Name] = f.Doc.Text() + f.Comment.Text()
			}
		}
	}
	return fields
}

// saysDefault is what a comment must have: "default …", or "required" where zero is refused.
var saysDefault = regexp.MustCompile(`(?i)\bdefault\b|\brequired\b`)

// TestEveryConfigSaysItsDefaults: a new struct with numbers is a config or a result, and a config's numbers say what their
// zero means.
func TestEveryConfigSaysItsDefaults(t *testing.T) {
	docs := fieldDocs(t)
	for name, fields := range docs {
		_, isConfig := configs[name]
		isResult := slices.Contains(results, name)
		if isConfig == isResult {
			t.Errorf("%s has numbers in its fields: want it among this test's configs, if callers fill it, or else its results", name)
		}
		for field, doc := range fields {
			if isConfig && !saysDefault.MatchString(doc) {
				t.Errorf("%s.%s: the comment %q does not say what a zero means: want \"default …\" or \"required\"", name, field, strings.TrimSpace(doc))
			}
		}
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(configs)), results) {
		if docs[name] == nil {
			t.Errorf("%s has no numbers in its fields, or is no more: want it out of this test's list", name)
		}
	}
}

// TestZeroAndNone tries the numbers of every config: zero is well unless it says "required"; −1 only where it offers None or
// is "of any sign", and no other negative number; NaN never.
func TestZeroAndNone(t *testing.T) {
	docs := fieldDocs(t)
	for name, c := range configs {
		for field, doc := range docs[name] {
			try := func(v float64) error {
				value := reflect.New(reflect.TypeOf(c.value)).Elem()
				value.Set(reflect.ValueOf(c.value))
				if value.Kind() == reflect.Pointer {
					value.Set(reflect.New(value.Type().Elem()))
				}
				f := reflect.Indirect(value).FieldByName(field)
				if f.CanFloat() {
					f.SetFloat(v)
				} else {
					f.SetInt(int64(v))
				}
				return c.check(value.Interface())
			}
			f := reflect.Indirect(reflect.ValueOf(c.value)).FieldByName(field)
			if !f.CanInt() && !f.CanFloat() {
				continue
			}
			if c.check == nil {
				t.Errorf("%s.%s: want a check of the config in this test's list", name, field)
				continue
			}
			required, none, signed := strings.Contains(doc, "required"), strings.Contains(doc, "None: "), strings.Contains(doc, "of any sign")
			if err := try(0); (err == nil) == required {
				t.Errorf("%s.%s = 0: got %v; its comment: %s", name, field, err, doc)
			}
			if err := try(defaults.None); (err == nil) != (none || signed) {
				t.Errorf("%s.%s = None: got %v; its comment: %s", name, field, err, doc)
			}
			if err := try(-2); (err == nil) != signed {
				t.Errorf("%s.%s = -2: got %v; its comment: %s", name, field, err, doc)
			}
			if f.CanFloat() {
				if err := try(-0.5); (err == nil) != signed {
					t.Errorf("%s.%s = -0.5: got %v; its comment: %s", name, field, err, doc)
				}
				if try(math.NaN()) == nil {
					t.Errorf("%s.%s = NaN is well", name, field)
				}
			}
		}
	}
}

// apart reports a folder that is a module of its own, which this one cannot import.
func apart(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}
