package info_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/flows"
	"gaussflow/info"
	"gaussflow/rbig"
)

// linear is a flow fitted to normal rows of correlation rho, scaled by scale. It whitens them, so its density is a normal up
// to the errors of the fit.
func linear(t *testing.T, rho, scale float64) *flows.Flow {
	t.Helper()
	x := student(4000, equicorrelated(2, rho), math.Inf(1), rand.New(rand.NewPCG(51, 52)))
	x.Scale(scale, x)
	f, err := rbig.FitRows(x, rbig.Config{Rotation: rbig.PCA, Stop: rbig.Depth, Blocks: 1, Sparse: true})
	if err != nil {
		t.Fatal(err)
	}
	return f.Flow
}

// TestFlows: entropy, total correlation and divergence of flows that are nearly normal are nearly those of the normals, and
// the divergence of a flow to itself is 0.
func TestFlows(t *testing.T) {
	const rho, wide = 0.7, 1.5
	p, q := linear(t, rho, 1), linear(t, rho, wide)
	s, err := info.OfFlow(p, 0, info.Config{})
	if err != nil {
		t.Fatal(err)
	}
	total := -0.5 * math.Log(1-rho*rho)
	e, err := s.TotalCorrelation()
	near(t, "total correlation", e, err, total, 0.03)
	e, err = s.Entropy()
	near(t, "entropy", e, err, 1+math.Log(2*math.Pi)-total, 0.05)
	e, err = s.MutualInformation([]int{0}, []int{1})
	near(t, "mutual information", e, err, total, 0.03)
	d, err := info.DivergeFlows(p, q, 4000, 1)
	near(t, "KL", d.KL, err, 1/(wide*wide)-1+2*math.Log(wide), 0.05)
	if d, err = info.DivergeFlows(p, p, 100, 1); err != nil || math.Abs(d.KL.Value) > 1e-9 {
		t.Errorf("KL of a flow to itself is %v, %v", d.KL.Value, err)
	}
	for what, err := range map[string]error{
		"no flow":       func() error { _, err := info.OfFlow(nil, 0, info.Config{}); return err }(),
		"no other flow": func() error { _, err := info.DivergeFlows(p, nil, 10, 0); return err }(),
		"−1 rows":       func() error { _, err := info.OfFlow(p, -1, info.Config{}); return err }(),
		"four rows":     func() error { _, err := info.OfFlow(p, 4, info.Config{}); return err }(),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
