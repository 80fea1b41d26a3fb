package flows_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// A strangeBase is the base of a file, as docs/model-format.md describes it.
type strangeBase struct {
	Kind   string `json:"kind"`
	Config struct {
		Family struct {
			Kind   string `json:"kind"`
			Config struct {
				HalfWidth float64 `json:"half_width"`
			} `json:"config"`
		} `json:"family"`
		Components  int  `json:"components"`
		Full        bool `json:"full"`
		Context     int  `json:"context"`
		Conditioner struct {
			Config strangeMLP `json:"config"`
		} `json:"conditioner"`
		Low, High []float64
	} `json:"config"`
}

// base returns log p_base(z).
func (s *stranger) base(z []float64) (logP float64) {
	if s.Base == nil {
		for _, v := range z {
			logP += logPhi(v)
		}
		return logP
	}
	switch s.Base.Kind {
	case "independent":
		return s.independent(z)
	case "gaussian_mixture":
		return s.mixtureBase(z)
	case "uniform":
		for j, v := range z {
			low, high := s.Base.Config.Low[j], s.Base.Config.High[j]
			if v < low || v > high {
				return math.Inf(-1)
			}
			logP -= math.Log(high - low)
		}
		return logP
	}
	return math.NaN()
}

// numbers returns the base's tensors one after the other, or the output of its perceptron.
func (s *stranger) numbers(names ...string) (all []float64) {
	if s.Base.Config.Context > 0 {
		_, all = s.coupling(baseName, nil, s.Base.Config.Context, s.Base.Config.Conditioner.Config, nil)
		return all
	}
	for _, name := range names {
		all = append(all, s.tensors[baseName+"."+name]...)
	}
	return all
}

const baseName = "base"

func (s *stranger) independent(z []float64) (logP float64) {
	d := len(z)
	theta := s.numbers("mean", "log_scale", "log_degrees")
	for j, v := range z {
		logScale := theta[d+j]
		t := (v - theta[j]) * math.Exp(-logScale)
		switch s.Base.Config.Family.Kind {
		case "normal":
			logP += logPhi(t) - logScale
		case "uniform_interval":
			h := or(s.Base.Config.Family.Config.HalfWidth, math.Sqrt(3))
			logP -= math.Log(2*h) + logScale
			if math.Abs(t) > h {
				logP = math.Inf(-1)
			}
		case "student_t":
			nu := 10 * math.Exp(theta[2*d+j])
			upper, _ := math.Lgamma((nu + 1) / 2)
			lower, _ := math.Lgamma(nu / 2)
			logP += upper - lower - math.Log(nu*math.Pi)/2 - (nu+1)/2*math.Log1p(t*t/nu) - logScale
		}
	}
	return logP
}

func (s *stranger) mixtureBase(z []float64) float64 {
	d, k := len(z), int(or(float64(s.Base.Config.Components), 8))
	theta := s.numbers("logits", "means", "log_scales", "coefficients")
	logits, means, logScales, c := theta[:k], theta[k:k+k*d], theta[k+k*d:k+2*k*d], theta[k+2*k*d:]
	var each []float64
	for m := range k {
		logP := logits[m] - logSumExp(logits)
		for j := range d {
			t := z[j] - means[m*d+j]
			for i := range j {
				if s.Base.Config.Full {
					t += c[m*d*(d-1)/2+j*(j-1)/2+i] * (z[i] - means[m*d+i])
				}
			}
			logP += logPhi(t*math.Exp(-logScales[m*d+j])) - logScales[m*d+j]
		}
		each = append(each, logP)
	}
	return logSumExp(each)
}

// basedFlows are flows of three columns with every kind of base; those named so read two numbers of context.
func basedFlows(t *testing.T, dtype graph.Dtype) map[string]*flows.Flow {
	t.Helper()
	network := layers.MLPConfig{Hidden: []int{4}, Activation: graph.Tanh, Dtype: dtype}.New
	of := map[string]bases.Base{
		"uniform":      errtest.Must(bases.NewUniform(bases.UniformConfig{Low: []float64{-3, -3, -3}, High: []float64{3, 4, 5}})),
		"mixture":      errtest.Must(bases.NewGaussianMixture(3, bases.GaussianMixtureConfig{Dtype: dtype})),
		"full mixture": errtest.Must(bases.NewGaussianMixture(3, bases.GaussianMixtureConfig{Components: 2, Full: true, Dtype: dtype})),
		"full mixture, conditional": errtest.Must(bases.NewGaussianMixture(3, bases.GaussianMixtureConfig{
			Components: 2, Full: true, Context: 2, Conditioner: network})),
		"interval, conditional": errtest.Must(bases.NewIndependent(3, bases.IndependentConfig{Family: bases.UniformInterval{HalfWidth: 5}, Context: 2, Conditioner: network})),
		"normals, conditional":  errtest.Must(bases.NewIndependent(3, bases.IndependentConfig{Family: bases.Normal{}, Context: 2, Conditioner: network})),
	}
	for name, family := range map[string]bases.Family{
		"normals": bases.Normal{}, "student t": bases.StudentT{}, "interval": bases.UniformInterval{}, "wide interval": bases.UniformInterval{HalfWidth: 30},
	} {
		of[name] = errtest.Must(bases.NewIndependent(3, bases.IndependentConfig{Family: family, Dtype: dtype}))
	}
	all := map[string]*flows.Flow{}
	for name, base := range of {
		l, err := layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.RationalQuadraticSpline{}, Dtype: dtype})
		errtest.None(t, err)
		f, err := flows.NewWithBase(base, flows.Named{Name: "each", Layer: l})
		errtest.None(t, err)
		perturbFlow(t, f)
		all[name] = f
	}
	return all
}

// TestStrangerKnowsBases: a reader that follows the document alone computes log p for every base, also of a row outside of
// its support.
func TestStrangerKnowsBases(t *testing.T) {
	x := randomData("student t", 200, 3, 1)
	context := randomData("blobs", 200, 2, 2)
	for dtype, tol := range map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-4} {
		for name, f := range basedFlows(t, dtype) {
			var rows mat.Matrix = x
			if f.ContextDim() > 0 {
				rows = flows.Given(x, context)
			}
			s, err := readAsStranger(saved(t, f))
			errtest.None(t, err)
			outside := 0
			for i, want := range logProb(t, f, rows) {
				got, _, _ := s.logProb(mat.Row(nil, i, rows))
				if math.IsInf(got, -1) && got == want {
					outside++
				} else if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
					t.Errorf("%s, %s: row %d: log p = %.17g by the document, %.17g by the flow", name, dtype, i, got, want)
				}
			}
			if bases.IsBounded(f.Base()) != (outside > 0) {
				t.Errorf("%s, %s: %d rows are outside", name, dtype, outside)
			}
		}
	}
}
