package kernel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/graph/kernel"
)

// TestReferenceMixtureGaussian repeats the cases of the reference implementation's test_mixture_gaussian. The reference's
// MixtureOfGaussians is here the map z = Φ⁻¹(F(x)) and its log slope, with F = Φ(z) and log f = log slope + log φ(z).
func TestReferenceMixtureGaussian(t *testing.T) {
	t.Run("cdf_monotone_per_dim", both(cdfMonotone))
	t.Run("cdf_limits", both(cdfLimits))
	t.Run("pdf_is_slope_of_cdf", both(pdfIsSlopeOfCDF))
	t.Run("log_pdf_is_log_of_pdf", both(logPDFIsLogOfPDF))
	t.Run("log_pdf_finite_far_out", both(logPDFFarOut))
	t.Run("pdf_integrates_to_one", both(pdfIntegratesToOne))
}

// mixture is the mixture of one dimension, with its parameters and results as the storage type holds them.
type mixture struct {
	precision
	logits, means, logScales []float64
	kernel                   *kernel.Mixture
}

// mixtures draws dims mixtures of k components: log σ from N(−0.5, 0.2²), logits and means from N(0, 1).
func mixtures(p precision, dims, k int) []mixture {
	rng := rand.New(rand.NewPCG(7, 0))
	draw := func(mean, std float64) []float64 {
		v := make([]float64, k)
		for i := range v {
			v[i] = mean + std*rng.NormFloat64()
		}
		return p.stored(v)
	}
	out := make([]mixture, dims)
	for i := range out {
		m := mixture{p, draw(0, 1), draw(0, 1), draw(-0.5, 0.2), kernel.NewMixture(k)}
		kernel.SetMixture(m.kernel, m.logits, m.means, m.logScales)
		out[i] = m
	}
	return out
}

func (m mixture) at(x float64) (z, logSlope float64) {
	z, logSlope = m.kernel.At(m.store(x))
	return m.store(z), m.store(logSlope)
}

func (m mixture) cdf(x float64) float64 {
	z, _ := m.at(x)
	return m.store(kernel.CDF(z))
}

func (m mixture) logPDF(x float64) float64 {
	z, logSlope := m.at(x)
	return m.store(logSlope + kernel.LogPDF(z))
}

func (m mixture) pdf(x float64) float64 { return m.store(math.Exp(m.logPDF(x))) }

// components returns log(π φ(t)/σ) of each component at x, by the formula.
func (m mixture) components(x float64) []float64 {
	logs := make([]float64, len(m.means))
	for k, mu := range m.means {
		t := (x - mu) / math.Exp(m.logScales[k])
		logs[k] = m.logits[k] - kernel.LogSumExp(m.logits) - 0.5*(t*t+math.Log(2*math.Pi)) - m.logScales[k]
	}
	return logs
}

func cdfMonotone(t *testing.T, p precision) {
	for dim, m := range mixtures(p, 2, 4) {
		last := 0.0
		for _, x := range linspace(-6, 6, 257) {
			f := m.cdf(x)
			if !(f-last >= -p.tol(1e-6)) {
				t.Errorf("dim %d: F(%v) = %v, below %v just before", dim, x, f, last)
			}
			last = f
		}
	}
}

func cdfLimits(t *testing.T, p precision) {
	for dim, m := range mixtures(p, 2, 4) {
		within(t, fmt.Sprintf("dim %d: F(-30)", dim), m.cdf(-30), 0, p.tol(1e-5))
		within(t, fmt.Sprintf("dim %d: F(30)", dim), m.cdf(30), 1, p.tol(1e-5))
	}
}

func pdfIsSlopeOfCDF(t *testing.T, p precision) {
	const h = 1e-3
	for dim, m := range mixtures(p, 2, 4) {
		for _, x := range linspace(-3, 3, 61) {
			// a difference of fourth order, so that float64 is not limited by an error of h²
			slope := (8*(m.cdf(x+h)-m.cdf(x-h)) - (m.cdf(x+2*h) - m.cdf(x-2*h))) / (12 * h)
			within(t, fmt.Sprintf("dim %d: f(%v)", dim, x), m.pdf(x), slope, p.tol(5e-4))
		}
	}
}

func logPDFIsLogOfPDF(t *testing.T, p precision) {
	for dim, m := range mixtures(p, 2, 4) {
		for _, x := range p.stored(linspace(-2, 2, 41)) {
			pdf := 0.0
			for _, l := range m.components(x) {
				pdf += math.Exp(l)
			}
			within(t, fmt.Sprintf("dim %d: log f(%v)", dim, x), m.logPDF(x), math.Log(pdf), p.tol(1e-5))
		}
	}
}

// logPDFFarOut: at x = 15, where the reference asks only for a finite number, the log density is right, also where f underflows.
func logPDFFarOut(t *testing.T, p precision) {
	for dim, m := range mixtures(p, 2, 4) {
		for _, x := range []float64{15, -15, 40, -40, 1000, -1000} {
			want := kernel.LogSumExp(m.components(x))
			within(t, fmt.Sprintf("dim %d: log f(%v)", dim, x), m.logPDF(x), want, p.tol(1e-5)*math.Abs(want))
		}
	}
}

func pdfIntegratesToOne(t *testing.T, p precision) {
	m := mixtures(p, 1, 3)[0]
	x := linspace(-15, 15, 4001)
	total := 0.0
	for i := 1; i < len(x); i++ {
		total += 0.5 * (m.pdf(x[i-1]) + m.pdf(x[i])) * (x[i] - x[i-1])
	}
	within(t, "∫f", total, 1, p.tol(1e-3))
}
