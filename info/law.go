package info

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// A law is a multivariate t of ν degrees of freedom, ν = ∞ a normal, fitted to n rows of values: of columns whose values were used and not
// their ranks alone.
type law struct {
	n, d   int
	nu     float64
	mean   []float64
	scale  *mat.SymDense // Σ
	factor mat.Cholesky  // of Σ
	loss   float64       // mean of −log p at the rows, up to what all laws have
}

// rowsPerParameter is how many rows a law must have for each of its parameters, so that its first-order errors are its errors.
const rowsPerParameter = 10

// law is the multivariate t or normal that the rows of columns cannot be told from, by the test of odd of the rows as it Gaussianizes them, and nil
// where there is none, or there are too few rows.
func (s *Sample) law(columns []int) *law {
	names, _ := s.parted(columns)
	d := len(columns)
	if len(names) > 0 || s.n < rowsPerParameter*(d*(d+3)/2+1) {
		return nil
	}
	for _, j := range columns {
		if s.columns[j].tied > s.n/20 {
			return nil
		}
	}
	x := s.matrix(columns)
	l, err := fitLaw(x)
	if err != nil || odd(l.gaussianized(x)) {
		return nil
	}
	return l
}

// fitLaw is the likeliest t: ν by golden section, and the rest by EM from the normal on. A finite ν must be worth it.
func fitLaw(x *mat.Dense) (*law, error) {
	n, d := x.Dims()
	normal := &law{n: n, d: d, nu: math.Inf(1), mean: make([]float64, d)}
	if err := normal.weigh(x, nil); err != nil {
		return nil, err
	}
	normal.loss = normal.meanLoss(x)
	from := normal // where the last ν settled
	best, gain, err := likeliestNu(0.003, func(nu float64) (*law, float64, error) {
		t := &law{n: n, d: d, nu: nu, mean: from.mean, scale: from.scale, factor: from.factor}
		err := t.settle(x)
		from = t
		return t, 2 * float64(n) * (normal.loss - t.loss), err
	})
	if err != nil || gain <= nuWorth {
		return normal, err
	}
	return best, nil
}

// lawSteps bounds the steps of EM at one ν.
const lawSteps = 60

// settle goes by EM to the likeliest mean and scale of its ν, the scatter divided by the sum of the weights.
//
// Source: Kent, Tyler & Vardi 1994, Communications in Statistics – Simulation and Computation 23.
func (l *law) settle(x *mat.Dense) error {
	weights := make([]float64, l.n)
	for range lawSteps {
		for i, q := range l.squares(x) {
			weights[i] = (l.nu + float64(l.d)) / (l.nu + q)
		}
		before := l.factor.LogDet()
		if err := l.weigh(x, weights); err != nil {
			return err
		}
		if math.Abs(l.factor.LogDet()-before) < 1e-7 {
			break
		}
	}
	l.loss = l.meanLoss(x)
	return nil
}

// weigh takes the weighted mean and scatter of the rows; all weigh the same where weights is nil.
func (l *law) weigh(x *mat.Dense, weights []float64) error {
	sum, mean := 0.0, make([]float64, l.d)
	weight := func(i int) float64 {
		if weights == nil {
			return 1
		}
		return weights[i]
	}
	for i := range l.n {
		w := weight(i)
		sum += w
		for j, v := range x.RawRowView(i) {
			mean[j] += w * v
		}
	}
	for j := range mean {
		mean[j] /= sum
	}
	y := mat.NewDense(l.n, l.d, nil)
	for i := range l.n {
		root, row := math.Sqrt(weight(i)), y.RawRowView(i)
		for j, v := range x.RawRowView(i) {
			row[j] = root * (v - mean[j])
		}
	}
	l.mean, l.scale = mean, mat.NewSymDense(l.d, nil)
	l.scale.SymOuterK(1/sum, y.T())
	l.factor = mat.Cholesky{}
	if !l.factor.Factorize(l.scale) || math.IsInf(l.factor.LogDet(), 0) || math.IsNaN(l.factor.LogDet()) {
		return errSingular
	}
	return nil
}

// whitened is L⁻¹(x − µ) of the rows, Σ = L·Lᵀ: d×n, and the squared length of each.
func (l *law) whitened(x *mat.Dense) (*mat.Dense, []float64) {
	y := mat.DenseCopyOf(x.T())
	for j, m := range l.mean {
		row := y.RawRowView(j)
		for i := range row {
			row[i] -= m
		}
	}
	e := elliptical{factor: l.factor}
	return y, e.whitenInPlace(y)
}

func (l *law) squares(x *mat.Dense) []float64 {
	_, q := l.whitened(x)
	return q
}

// meanLoss is the mean of ½·log det Σ + tail(q), and of a t what its constant adds to that of a normal.
func (l *law) meanLoss(x *mat.Dense) float64 {
	e, f := elliptical{nu: l.nu}, float64(l.d)
	loss := 0.0
	for _, q := range l.squares(x) {
		loss += e.tail(q, f) / float64(l.n)
	}
	return loss + l.factor.LogDet()/2 - l.constant()
}

// constant is log of the density of a standard one at 0, less that of a normal.
func (l *law) constant() float64 {
	if math.IsInf(l.nu, 1) {
		return 0
	}
	f := float64(l.d)
	return logGamma((l.nu+f)/2) - logGamma(l.nu/2) - f/2*math.Log(l.nu/2)
}

// gaussianized is the rows as the law makes them independent standard normals, n×d.
func (l *law) gaussianized(x *mat.Dense) *mat.Dense {
	y, q := l.whitened(x)
	if !math.IsInf(l.nu, 1) {
		by := radial(float64(l.d), l.nu, q)
		for j := range l.d {
			row := y.RawRowView(j)
			for i := range row {
				row[i] *= by[i]
			}
		}
	}
	return mat.DenseCopyOf(y.T())
}

// parameters is how many there are.
func (l *law) parameters() float64 {
	k := l.d * (l.d + 3) / 2
	if !math.IsInf(l.nu, 1) {
		k++
	}
	return float64(k)
}

// entropy is in closed form, and its derivative by ν.
func (l *law) entropy() (h, byNu float64) {
	f := float64(l.d)
	h = l.factor.LogDet()/2 + f/2*math.Log(2*math.Pi) - l.constant()
	if math.IsInf(l.nu, 1) {
		return h + f/2, 0
	}
	half := (l.nu + f) / 2
	h += half * (digamma(half) - digamma(l.nu/2))
	return h, f/(2*l.nu) + half/2*(trigamma(half)-trigamma(l.nu/2))
}

// A gradient is the derivatives of a number by the parameters of a law, in the coordinates in which the law is standard:
//
//	µ + L·m,  Σ = L·(1 + A)²·Lᵀ,  ν.
type gradient struct {
	byMean  []float64     // by m; nil: 0
	byScale *mat.SymDense // by A
	byNu    float64
}

// variance is that of a number of the fitted law, gᵀ·I⁻¹·g/n, I Fisher's information for a row. With κ = (ν+d)/(ν+d+2) it is κ for each m and 2κ
// for each direction of A without trace; τ·1 in A and ν depend on each other by
//
//	I_ττ = 2dν/(ν+d+2),  I_τν = −2d/((ν+d)(ν+d+2)),  I_νν = ¼[ψ′(ν/2) − ψ′((ν+d)/2)] − d(ν+d+4)/(2ν(ν+d)(ν+d+2)).
//
// Source: Lange, Little & Taylor 1989, Journal of the American Statistical Association 84.
func (l *law) variance(g gradient) float64 {
	f, nu := float64(l.d), l.nu
	kappa, byTau := 1.0, mat.Trace(g.byScale)
	if !math.IsInf(nu, 1) {
		kappa = (nu + f) / (nu + f + 2)
	}
	v := 0.0
	for _, m := range g.byMean {
		v += m * m / kappa
	}
	for i := range l.d {
		for j := range l.d {
			a := g.byScale.At(i, j)
			if i == j {
				a -= byTau / f
			}
			v += a * a / (2 * kappa)
		}
	}
	if math.IsInf(nu, 1) {
		return (v + byTau*byTau/(2*f)) / float64(l.n)
	}
	tt, tn, nn := l.information()
	v += (nn*byTau*byTau - 2*tn*byTau*g.byNu + tt*g.byNu*g.byNu) / (tt*nn - tn*tn)
	return v / float64(l.n)
}

// information is I_ττ, I_τν and I_νν.
func (l *law) information() (tt, tn, nn float64) {
	f, nu := float64(l.d), l.nu
	both := (nu + f) * (nu + f + 2)
	return 2 * f * nu / (nu + f + 2), -2 * f / both, (trigamma(nu/2)-trigamma((nu+f)/2))/4 - f*(nu+f+4)/(2*nu*both)
}

// nuError is the standard error of ν.
func (l *law) nuError() float64 {
	tt, tn, nn := l.information()
	return math.Sqrt(tt / (tt*nn - tn*tn) / float64(l.n))
}

// entropyEstimate is the law's entropy. That of the likeliest law is too low by half a parameter a row, as that of an exponential family is.
func (l *law) entropyEstimate() Estimate {
	h, byNu := l.entropy()
	bias := -l.parameters() / (2 * float64(l.n))
	e := Estimate{Value: h - bias, Bias: bias, Rows: l.n}
	return e.within(math.Sqrt(l.variance(gradient{byScale: identity(l.d), byNu: byNu})))
}

func identity(d int) *mat.SymDense {
	one := mat.NewSymDense(d, nil)
	for i := range d {
		one.SetSym(i, i, 1)
	}
	return one
}

// toNormal is KL(p ‖ q) of laws of which q is normal, in closed form,
//
//	−H(p) + ½·[log det 2πS + tr S⁻¹·M],  M = ν/(ν−2)·Σ + δδᵀ,  δ = µ_p − µ_q,
//
// which a sample of p of heavy tails says nothing near as well as its ν does: rows that decide the mean of squares hardly ever come. ok is false
// where q is not normal, or p may have no variance.
func (p *law) toNormal(q *law) (e Estimate, ok bool) {
	if p == nil || q == nil || !math.IsInf(q.nu, 1) {
		return Estimate{}, false
	}
	spread, spreadByNu := 1.0, 0.0
	if !math.IsInf(p.nu, 1) {
		if p.nu-2 < 3*p.nuError() {
			return Estimate{}, false
		}
		spread, spreadByNu = p.nu/(p.nu-2), -2/((p.nu-2)*(p.nu-2))
	}
	d := p.d
	shift := make([]float64, d)
	for j := range shift {
		shift[j] = p.mean[j] - q.mean[j]
	}
	own, ownShift := within(&q.factor, &p.factor, shift) // L_q⁻¹·L_p and L_q⁻¹·δ
	var ofQ, ofP mat.Dense                               // L_q⁻¹·Σ·L_q⁻ᵀ and L_pᵀ·S⁻¹·L_p
	ofQ.Mul(own, own.T())
	ofP.Mul(own.T(), own)
	var byMeanP mat.VecDense
	byMeanP.MulVec(own.T(), ownShift)

	h, byNu := p.entropy()
	f := float64(d)
	meanSquare := mat.Trace(&ofQ)
	value := -h + (q.factor.LogDet()+f*math.Log(2*math.Pi)+spread*meanSquare+mat.Dot(ownShift, ownShift))/2
	ofParameters := gradient{byMean: byMeanP.RawVector().Data, byScale: mat.NewSymDense(d, nil), byNu: -byNu + spreadByNu*meanSquare/2}
	ofOther := gradient{byMean: ownShift.RawVector().Data, byScale: mat.NewSymDense(d, nil)}
	for i := range d {
		for j := i; j < d; j++ {
			one := 0.0
			if i == j {
				one = 1
			}
			ofParameters.byScale.SetSym(i, j, spread*ofP.At(i, j)-one)
			ofOther.byScale.SetSym(i, j, one-spread*ofQ.At(i, j)-ownShift.AtVec(i)*ownShift.AtVec(j))
		}
	}
	mine, theirs := 1/float64(p.n), 1/float64(q.n)
	e = Estimate{Bias: p.parameters()*mine/2 + q.parameters()*theirs/2, Rows: p.n}
	if !math.IsInf(p.nu, 1) { // 1/(1−2η) bends, η = 1/ν, which the likeliest ν has without a bias of note
		deviation := p.nuError() / (p.nu * p.nu)
		e.Bias += 2 * meanSquare * math.Pow(spread, 3) * deviation * deviation
	}
	e.Value = value - e.Bias
	nothing := q.parameters() / 2 * (mine + theirs) * (mine + theirs) // where p = q
	return e.within(math.Sqrt(p.variance(ofParameters) + q.variance(ofOther) + nothing)), true
}

// within is L_q⁻¹·L_p and L_q⁻¹·δ.
func within(q, p *mat.Cholesky, shift []float64) (*mat.Dense, *mat.VecDense) {
	var lq, lp mat.TriDense
	q.LTo(&lq)
	p.LTo(&lp)
	var scale mat.Dense
	var moved mat.VecDense
	// The errors are of nearly singular factors, which a law has not.
	_ = scale.Solve(&lq, &lp)
	_ = moved.SolveVec(&lq, mat.NewVecDense(len(shift), shift))
	return &scale, &moved
}
