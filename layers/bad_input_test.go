package layers_test

import (
	"encoding/json"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// narrow is a conditioner that returns only the first column of its MLP's output.
type narrow struct{ *layers.MLP }

func (c narrow) Apply(b *graph.Builder, x *G.Node) *G.Node {
	theta := c.MLP.Apply(b, x)
	mask := make([]bool, graph.Cols(theta))
	mask[0] = true
	first, _ := b.Split(theta, mask)
	return first
}

// silent is a conditioner that returns no node and reports no error.
type silent struct{}

func (silent) Params() []*graph.Param                { return nil }
func (silent) Apply(*graph.Builder, *G.Node) *G.Node { return nil }

// loud is a conditioner whose graph cannot be built.
type loud struct{ silent }

func (loud) Apply(b *graph.Builder, x *G.Node) *G.Node { return b.MatMul(x, b.Input("w", 7, 7)) }

// frozen is a valid conditioner, but not of a type that can be set to a constant.
type frozen struct{ mlp *layers.MLP }

func (c frozen) Params() []*graph.Param                    { return c.mlp.Params() }
func (c frozen) Apply(b *graph.Builder, x *G.Node) *G.Node { return c.mlp.Apply(b, x) }

func TestBadInput(t *testing.T) {
	mlp, err := layers.NewMLP(2, 3*2*8, layers.MLPConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var (
		nan      = mat.NewDense(3, 2, []float64{1, 2, 3, math.NaN(), 5, 7})
		empty    = &mat.Dense{}
		coupling = func(d int, c layers.MixtureCDFCouplingConfig) func() error {
			return func() error { _, err := layers.NewMixtureCDFCoupling(d, c); return err }
		}
		conditioned = func(d int, conditioner layers.Conditioner) func() error {
			return func() error {
				_, err := layers.NewCoupling(d, layers.CouplingConfig{Transform: mixtureOf(8), Conditioner: given(conditioner)})
				return err
			}
		}
		perceptron = func(in, out int, c layers.MLPConfig) func() error {
			return func() error { _, err := layers.NewMLP(in, out, c); return err }
		}
		orthoFrom = func(q mat.Matrix) func() error {
			return func() error { _, err := layers.NewFixedOrthoFrom(q, layers.FixedOrthoConfig{}); return err }
		}
		orthoPCA = func(x mat.Matrix) func() error {
			return func() error { _, err := layers.NewFixedOrthoPCA(x, layers.FixedOrthoConfig{}); return err }
		}
		support = func(columns ...layers.Column) func() error {
			return func() error { _, err := layers.NewSupport(columns...); return err }
		}
		permute = func(order ...int) func() error {
			return func() error { _, err := layers.NewPermutation(order); return err }
		}
		lu = func(d int, c layers.LUConfig) func() error {
			return func() error { _, err := layers.NewLU(d, c); return err }
		}
		luFrom = func(w mat.Matrix) func() error {
			return func() error { _, err := layers.NewLUFrom(w, ""); return err }
		}
		standardize = func(x mat.Matrix) func() error {
			return func() error { _, err := layers.NewStandardize(x, layers.AffineConfig{}); return err }
		}
		adapt = func(x mat.Matrix) func() error {
			return func() error {
				m, err := layers.NewMixtureCDF(2, layers.MixtureCDFConfig{})
				if err != nil {
					t.Fatal(err)
				}
				return m.AdaptMeans(x)
			}
		}
		describe = func(kind string, dim int, config string) func() error {
			return func() error {
				_, err := described(layers.Description{Kind: kind, Dim: dim, Config: json.RawMessage(config)})
				return err
			}
		}
	)
	autoregression := func(d int, c layers.AutoregressiveConfig) func() error {
		return func() error { _, err := layers.NewAutoregressive(d, c); return err }
	}
	masked := func(a layers.Autoregression, c layers.MLPConfig) func() error {
		return func() error { _, err := layers.NewMaskedMLP(a, c); return err }
	}
	three := layers.Autoregression{Order: []int{0, 1, 2}, Parts: []int{2}}
	for name, c := range map[string]struct {
		call  func() error
		words []string
	}{
		"elementwise, a conditioner and no context": {func() error {
			_, err := layers.NewElementwise(2, layers.ElementwiseConfig{Transform: transforms.Affine{}, Conditioner: layers.MLPConfig{}.New})
			return err
		}, []string{"Elementwise", "Conditioner", "the context is 0 numbers"}},
		"elementwise of a file, the same": {describe("elementwise", 2, `{"transform":{"kind":"affine","config":{}},"conditioner":{"kind":"mlp","config":{}}}`), []string{"Conditioner", "the context is 0 numbers"}},
		"affine, a negative bound":        {autoregression(2, layers.AutoregressiveConfig{Transform: transforms.Affine{Bound: -1}}), []string{"Affine: Bound = -1", "0.001 to 700"}},
		"chain of a layer made of none": {func() error {
			_, err := layers.NewChain(struct{ layers.Bijector }{})
			return err
		}, []string{"layer 0", "panics", "nil?"}},
		"coupling, a conditioner made of none": {conditioned(2, frozen{}), []string{"Coupling", "layers_test.frozen, panics", "nil?"}},
		"autoregressive, a conditioner of another order": {autoregression(3, layers.AutoregressiveConfig{Transform: transforms.Affine{},
			Conditioner: func(a layers.Autoregression) (layers.Conditioner, error) {
				return layers.MLPConfig{}.Masked(layers.Autoregression{Order: layers.Reversed(3), Parts: a.Parts})
			}}), []string{"Autoregressive", "made for {Order:[2 1 0]", "want one for {Order:[0 1 2]"}},
		"chain of a layer that is not made": {func() error {
			_, err := layers.NewChain(&layers.Inverted{})
			return err
		}, []string{"layer 0 (inverted)", "dim 0", "constructor"}},
		"autoregressive of no column":          {autoregression(0, layers.AutoregressiveConfig{Transform: transforms.Affine{}}), []string{"Autoregressive", "dim = 0"}},
		"autoregressive of no transform":       {autoregression(2, layers.AutoregressiveConfig{}), []string{"Autoregressive", "nil"}},
		"autoregressive, short order":          {autoregression(3, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Order: []int{0, 1}}), []string{"Order has 2 columns", "3"}},
		"autoregressive, a column twice":       {autoregression(2, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Order: []int{1, 1}}), []string{"Order = [1 1]"}},
		"autoregressive, context −1":           {autoregression(2, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Context: -1}), []string{"Context = -1"}},
		"autoregressive, too few units":        {autoregression(6, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Conditioner: layers.MLPConfig{Hidden: []int{8, 4}}.Masked}), []string{"Hidden[1] = 4", "≥ 5"}},
		"autoregressive, a narrow conditioner": {autoregression(2, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Conditioner: func(layers.Autoregression) (layers.Conditioner, error) { return mlp, nil }}), []string{"Autoregressive", "48"}},
		"autoregressive, no conditioner":       {autoregression(2, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Conditioner: func(layers.Autoregression) (layers.Conditioner, error) { return nil, nil }}), []string{"Autoregressive", "nil"}},
		"autoregressive, a file's MLP":         {describe("autoregressive", 2, `{"transform":{"kind":"affine","config":{}},"conditioner":{"kind":"mlp","config":{}}}`), []string{"mlp", "Autoregressive"}},
		"coupling, a file's masked MLP":        {describe("coupling", 2, `{"transform":{"kind":"affine","config":{}},"conditioner":{"kind":"masked_mlp","config":{}}}`), []string{"masked_mlp", "Autoregressive"}},
		"masked MLP of no parts":               {masked(layers.Autoregression{Order: []int{0}}, layers.MLPConfig{}), []string{"MaskedMLP", "Parts"}},
		"masked MLP of nothing":                {masked(layers.Autoregression{}, layers.MLPConfig{}), []string{"MaskedMLP", "Order = []"}},
		"masked MLP of huge parts":             {masked(layers.Autoregression{Order: []int{0, 1}, Parts: []int{1 << 28}}, layers.MLPConfig{}), []string{"MaskedMLP", "at most"}},
		"masked MLP, unknown activation":       {masked(three, layers.MLPConfig{Activation: "sine"}), []string{"sine"}},
		"residual MLP of an even number":       {perceptron(2, 2, layers.MLPConfig{Hidden: []int{4, 4}, Residual: true}), []string{"Hidden = [4 4]", "odd"}},
		"residual MLP of two widths":           {perceptron(2, 2, layers.MLPConfig{Hidden: []int{4, 5, 4}, Residual: true}), []string{"Hidden = [4 5 4]", "equal"}},
		"householder of no column":             {func() error { _, err := layers.NewHouseholder(0, layers.HouseholderConfig{}); return err }, []string{"Householder", "dim = 0"}},
		"householder of −1 reflectors":         {func() error { _, err := layers.NewHouseholder(2, layers.HouseholderConfig{Reflectors: -1}); return err }, []string{"Reflectors = -1"}},
		"householder of an unknown dtype":      {func() error { _, err := layers.NewHouseholder(2, layers.HouseholderConfig{Dtype: "f8"}); return err }, []string{`"f8"`, "float64"}},
		"affine of no column":                  {func() error { _, err := layers.NewAffine(0, layers.AffineConfig{}); return err }, []string{"Affine", "dim = 0"}},
		"mixture of no column":                 {func() error { _, err := layers.NewMixtureCDF(-1, layers.MixtureCDFConfig{}); return err }, []string{"MixtureCDF", "dim = -1"}},
		"mixture of −1 components":             {func() error { _, err := layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: -1}); return err }, []string{"Components = -1"}},
		"fixed ortho of no column":             {func() error { _, err := layers.NewFixedOrtho(0, layers.FixedOrthoConfig{}); return err }, []string{"FixedOrtho", "dim = 0"}},
		"fixed ortho, not square":              {orthoFrom(mat.NewDense(2, 3, nil)), []string{"FixedOrtho", "2×3", "square"}},
		"fixed ortho, not orthogonal":          {orthoFrom(mat.NewDense(2, 2, []float64{2, 0, 0, 2})), []string{"FixedOrtho", "orthogonal"}},
		"fixed ortho of NaN":                   {orthoFrom(mat.NewDense(2, 2, []float64{1, 0, 0, math.NaN()})), []string{"FixedOrtho"}},
		"fixed ortho of nothing":               {orthoFrom(empty), []string{"FixedOrtho"}},
		"fixed ortho of nil":                   {orthoFrom(nil), []string{"FixedOrtho"}},
		"PCA of nil":                           {orthoPCA(nil), []string{"PCA"}},
		"PCA of no rows":                       {orthoPCA(empty), []string{"PCA"}},
		"PCA of NaN":                           {orthoPCA(nan), []string{"PCA", "row 1, column 1", "NaN"}},
		"standardize nil":                      {standardize(nil), []string{"Standardize"}},
		"standardize no rows":                  {standardize(empty), []string{"Standardize"}},
		"standardize NaN":                      {standardize(nan), []string{"Standardize", "row 1, column 1", "NaN"}},
		"means from nil":                       {adapt(nil), []string{"AdaptMeans"}},
		"means from another width":             {adapt(mat.NewDense(4, 3, nil)), []string{"AdaptMeans", "4×3", "= 2 columns"}},
		"means from no rows":                   {adapt(empty), []string{"AdaptMeans"}},
		"means from NaN":                       {adapt(nan), []string{"AdaptMeans", "row 1, column 1", "NaN"}},
		"coupling of one column":               {coupling(1, layers.MixtureCDFCouplingConfig{}), []string{"MixtureCDFCoupling", "Mask"}},
		"coupling of no column":                {coupling(0, layers.MixtureCDFCouplingConfig{}), []string{"MixtureCDFCoupling"}},
		"coupling of −1 columns":               {coupling(-1, layers.MixtureCDFCouplingConfig{}), []string{"MixtureCDFCoupling", "-1"}},
		"coupling, mask all true":              {coupling(2, layers.MixtureCDFCouplingConfig{Mask: layers.Mask{true, true}}), []string{"Mask", "all 2", "true"}},
		"coupling, mask all false":             {coupling(2, layers.MixtureCDFCouplingConfig{Mask: layers.Mask{false, false}}), []string{"Mask", "all 2", "false"}},
		"coupling, mask of another length":     {coupling(3, layers.MixtureCDFCouplingConfig{Mask: layers.Mask{true, false}}), []string{"Mask", "2 entries", "3 columns"}},
		"coupling by nothing":                  {func() error { _, err := layers.NewCoupling(2, layers.CouplingConfig{}); return err }, []string{"Coupling", "transform is nil"}},
		"coupling, context of −1": {func() error {
			_, err := layers.NewCoupling(2, layers.CouplingConfig{Transform: mixtureOf(2), Context: -1})
			return err
		}, []string{"Context = -1"}},
		"coupling of −1 components": {func() error {
			_, err := layers.NewCoupling(2, layers.CouplingConfig{Transform: mixtureOf(-1)})
			return err
		}, []string{"Components = -1"}},
		"elementwise by nothing": {func() error { _, err := layers.NewElementwise(2, layers.ElementwiseConfig{}); return err }, []string{"Elementwise", "transform is nil"}},
		"elementwise of no column": {func() error {
			_, err := layers.NewElementwise(0, layers.ElementwiseConfig{Transform: mixtureOf(2)})
			return err
		}, []string{"Elementwise", "dim = 0"}},
		"elementwise, no conditioner": {func() error {
			_, err := layers.NewElementwise(2, layers.ElementwiseConfig{Transform: mixtureOf(2), Context: 1, Conditioner: given(nil)})
			return err
		}, []string{"Elementwise", "conditioner is nil"}},
		"coupling, unknown clamp":       {coupling(2, layers.MixtureCDFCouplingConfig{ScaleClamp: layers.ScaleClamp{Kind: 9, Lo: -1, Hi: 1}}), []string{"ScaleClamp", "TanhClamp"}},
		"coupling, infinite clamp":      {coupling(2, layers.MixtureCDFCouplingConfig{ScaleClamp: layers.TanhClamp(math.Inf(1))}), []string{"ScaleClamp"}},
		"conditioner nil":               {conditioned(4, nil), []string{"conditioner is nil"}},
		"conditioner a nil pointer":     {conditioned(4, (*layers.MLP)(nil)), []string{"conditioner is nil"}},
		"conditioner too narrow":        {conditioned(4, narrow{mlp}), []string{"conditioner output width", "[2 1]", "[2 48]"}},
		"conditioner of nothing":        {conditioned(4, silent{}), []string{"conditioner output width", "nothing", "[2 48]"}},
		"conditioner that fails":        {conditioned(4, loud{}), []string{"conditioner", "inner axes"}},
		"conditioner for another width": {conditioned(6, mlp), []string{"conditioner"}},
		"warm start of a frozen conditioner": {func() error {
			c, err := layers.NewCoupling(4, layers.CouplingConfig{Transform: mixtureOf(8), Conditioner: given(frozen{mlp})})
			if err != nil {
				t.Fatal(err)
			}
			return c.InitFrom(mat.NewDense(5, 4, nil), initializers.Site{})
		}, []string{"InitFrom", "frozen", "SetConstant"}},
		"MLP from nothing":                       {perceptron(0, 3, layers.MLPConfig{}), []string{"from 0 to 3"}},
		"MLP to nothing":                         {perceptron(3, 0, layers.MLPConfig{}), []string{"from 3 to 0"}},
		"MLP, unknown activation":                {perceptron(1, 1, layers.MLPConfig{Activation: "sine"}), []string{"sine", "gelu"}},
		"MLP, an op's activation":                {perceptron(1, 1, layers.MLPConfig{Activation: "exp"}), []string{"exp", "gelu"}},
		"MLP, unknown kernel":                    {perceptron(1, 1, layers.MLPConfig{Kernel: "ones"}), []string{"ones", "orthogonal"}},
		"MLP, unknown dtype":                     {perceptron(1, 1, layers.MLPConfig{Dtype: "int8"}), []string{"int8", "float32"}},
		"MLP, layer of no width":                 {perceptron(1, 1, layers.MLPConfig{Hidden: []int{0}}), []string{"Hidden[0] = 0"}},
		"constant too short":                     {func() error { return mlp.SetConstant(make([]float64, 3)) }, []string{"3 values", "want 48"}},
		"support of no column":                   {support(), []string{"Support", "dim = 0"}},
		"support, ends the same":                 {support(layers.Everywhere(), layers.Logit(1, 1)), []string{"Support", "column 1", "bounds 1 and 1"}},
		"support of NaN":                         {support(layers.Log(math.NaN())), []string{"column 0", "NaN"}},
		"support of infinity":                    {support(layers.Logit(0, math.Inf(1))), []string{"column 0", "+Inf"}},
		"support, power too large":               {support(layers.YeoJohnson(2.1)), []string{"column 0", "λ = 2.1", "0 to 2"}},
		"support of no kind":                     {support(layers.Column{Kind: 77}), []string{"column 0", "kind 77", "logit"}},
		"description of a support, kind unknown": {describe("support", 1, `{"columns":[{"kind":"logistic"}]}`), []string{"support", "logistic", "logit"}},
		"description of a support, too few":      {describe("support", 2, `{"columns":[{"kind":"logit","hi":1}]}`), []string{"support", "1 entries", "2 columns"}},
		"permutation of nothing":                 {permute(), []string{"Permutation", "dim = 0"}},
		"permutation, one twice":                 {permute(0, 2, 2), []string{"Permutation", "Order = [0 2 2]", "each of 0 to 2 once"}},
		"permutation, beyond":                    {permute(1, 2, 3), []string{"Permutation", "each of 0 to 2 once"}},
		"lu of no column":                        {lu(0, layers.LUConfig{}), []string{"LU", "dim = 0"}},
		"lu, huge":                               {lu(math.MaxInt/2, layers.LUConfig{}), []string{"at most"}},
		"lu, order too short":                    {lu(3, layers.LUConfig{Order: []int{0, 1}}), []string{"LU", "Order", "2 entries"}},
		"lu, signs too many":                     {lu(1, layers.LUConfig{Negative: []bool{true, false}}), []string{"LU", "Negative", "2 entries"}},
		"lu of an unknown dtype":                 {lu(1, layers.LUConfig{Dtype: "f2"}), []string{"f2"}},
		"lu of a singular matrix":                {luFrom(mat.NewDense(2, 2, []float64{1, 2, 2, 4})), []string{"LU", "singular"}},
		"lu of no square":                        {luFrom(mat.NewDense(2, 3, nil)), []string{"LU", "2×3", "square"}},
		"lu of NaN":                              {luFrom(nan), []string{"LU", "NaN"}},
		"lu of nil":                              {luFrom(nil), []string{"LU"}},
		"act norm of no column":                  {func() error { _, err := layers.NewActNorm(0, layers.AffineConfig{}); return err }, []string{"ActNorm", "dim = 0"}},
		"act norm, frozen":                       {func() error { _, err := layers.NewActNorm(1, layers.AffineConfig{Frozen: true}); return err }, []string{"ActNorm", "Standardize"}},
		"inverse of nil":                         {func() error { _, err := layers.Invert(nil); return err }, []string{"Invert", "nil"}},
		"inverse of a nil pointer":               {func() error { _, err := layers.Invert((*layers.Affine)(nil)); return err }, []string{"Invert", "nil"}},
		"description of an inverse, other width": {describe("inverted", 2, `{"of":{"kind":"affine","dim":3,"config":{}}}`), []string{"inverted", "dim = 3", "want 2"}},
		"description of an inverse of nothing":   {describe("inverted", 2, `{}`), []string{"inverted"}},
		"chain of nothing":                       {func() error { _, err := layers.NewChain(); return err }, []string{"no layers"}},
		"chain with a nil pointer":               {func() error { _, err := layers.NewChain((*layers.Affine)(nil)); return err }, []string{"layer 0", "nil"}},
		"chain with nil":                         {func() error { _, err := layers.NewChain(nil); return err }, []string{"layer 0", "nil"}},
		"description of no kind":                 {describe("", 2, "{}"), []string{"kind", "householder"}},
		"description unknown":                    {describe("spline", 2, "{}"), []string{`"spline"`, "mixture_cdf"}},
		"description, no config":                 {describe("affine", 2, ""), []string{"affine"}},
		"description, bad config":                {describe("mixture_cdf", 2, `{"components":"many"}`), []string{"mixture_cdf", "components"}},
		"description, no column":                 {describe("mixture_cdf", 0, "{}"), []string{"mixture_cdf", "dim = 0"}},
		"description, huge":                      {describe("householder", math.MaxInt, "{}"), []string{"householder"}},
		"description, huge affine":               {describe("affine", math.MaxInt/2, "{}"), []string{"affine"}},
		"description, negative K":                {describe("mixture_cdf_coupling", 2, `{"components":-8}`), []string{"Components = -8"}},
	} {
		t.Run(name, func(t *testing.T) { errtest.Says(t, errtest.Of(t, c.call), c.words...) })
	}
}

// TestMeanRangeNone: with MeanRange None all means are zero, and the setting survives Describe and New.
func TestMeanRangeNone(t *testing.T) {
	m, err := layers.NewMixtureCDF(3, layers.MixtureCDFConfig{MeanRange: layers.None})
	if err != nil {
		t.Fatal(err)
	}
	d, err := layers.Describe(m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := described(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range m.Params()[1].Values() {
		if v != 0 {
			t.Fatalf("means: %v, want zeros", m.Params()[1].Values())
		}
	}
	if c := again.(*layers.MixtureCDF).Config(); c.MeanRange != layers.None {
		t.Errorf("MeanRange = %v after JSON, want None", c.MeanRange)
	}
}

// described makes the layer of description d with all parameters zero.
func described(d layers.Description) (layers.Bijector, error) {
	specs, err := layers.Specs(d)
	if err != nil {
		return nil, err
	}
	params, err := graph.NewParams(graph.Float64, specs)
	if err != nil {
		return nil, err
	}
	return layers.New(d, params)
}

// TestKindsOfAffine: the affine layer that training leaves alone has a kind of its own, "standardize".
func TestKindsOfAffine(t *testing.T) {
	_, err := described(layers.Description{Kind: "affine", Dim: 2, Config: []byte(`{"frozen":true}`)})
	errtest.Says(t, err, "frozen", "standardize")
	s, err := described(layers.Description{Kind: "standardize", Dim: 2, Config: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	if kind := layers.Kind(s); kind != "standardize" || s.Params()[0].Trainable {
		t.Errorf("a standardize is made as a %q, trained: %v", kind, s.Params()[0].Trainable)
	}
}
