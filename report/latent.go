package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"gonum.org/v1/plot"

	"gaussflow/tabular"
)

const (
	latents = 24 // the most latent columns shown; the worst if there are more
	qqLimit = 5.0
)

// latent compares each latent column with a standard normal.
type latent struct {
	Pictures []picture
	Rows     int
	Of       int  // number of latent columns
	Aligned  bool // each latent column corresponds to a column of the table, given others
	Outside  int  // number of values outside the window
	Worst    string
	Expected string // 95 % quantile of the largest gap for as many normal numbers
}

// latent is nil if the model is no flow.
func (s *study) latent() (*latent, error) {
	if s.flow == nil {
		return nil, nil
	}
	z, _, err := s.flow.Forward(s.some)
	if err != nil {
		return nil, err
	}
	n, d := z.Dims()
	l := &latent{Rows: n, Of: d, Aligned: d == 1 || s.Model.Config.Family == tabular.Aligned}
	columns := make([][]float64, d)
	gaps := make([]float64, d)
	for j := range columns {
		columns[j], _ = onlyFinite(mat.Col(nil, j, z))
		slices.Sort(columns[j])
		gaps[j] = gap(columns[j])
	}
	l.Worst = number(slices.Max(gaps), 2)
	// Kolmogorov's limit with Stephens's correction (1970) for few rows, for the largest of d columns (Bonferroni).
	root := math.Sqrt(float64(n))
	l.Expected = number(math.Sqrt(-math.Log(0.05/float64(d)/2)/2)/(root+0.12+0.11/root), 2)
	worst := orAll(nil, d)
	slices.SortStableFunc(worst, func(a, b int) int { return -compareOdd(gaps[a], gaps[b]) })
	worst = worst[:min(d, latents)]
	slices.Sort(worst)
	for _, j := range worst {
		name := "z" + subscript(j+1)
		if l.Aligned {
			name = short(s.names[j], 16)
		}
		pic, outside, err := qq(columns[j], fmt.Sprintf("%s, gap %s", name, number(gaps[j], 2)))
		if err != nil {
			return nil, err
		}
		l.Pictures, l.Outside = append(l.Pictures, pic), l.Outside+outside
	}
	return l, nil
}

// gap is the Kolmogorov–Smirnov distance between sorted values and a standard normal: sup |F_n − Φ|.
func gap(sorted []float64) (most float64) {
	n := float64(len(sorted))
	for i, z := range sorted {
		p := distuv.UnitNormal.CDF(z)
		most = max(most, p-float64(i)/n, float64(i+1)/n-p)
	}
	return most
}

// qq draws sorted values against the normal quantiles of (i+½)/n, with the band in which 95 % of the points lie if they
// are normal: ± 1.96·√(p(1−p)/n)/φ(q).
func qq(sorted []float64, title string) (picture, int, error) {
	n := len(sorted)
	p := panel(title, "normal quantile", "quantile of the rows")
	w := span{-qqLimit, qqLimit}
	var a area
	a.colour = band
	for q := -qqLimit; q <= qqLimit; q += 0.1 {
		share := distuv.UnitNormal.CDF(q)
		by := min(1.96*math.Sqrt(share*(1-share)/float64(max(n, 1)))/distuv.UnitNormal.Prob(q), 2*qqLimit)
		a.x, a.low, a.high = append(a.x, q), append(a.low, q-by), append(a.high, q+by)
	}
	points := dots{size: 3, colour: data}
	outside := 0
	for i, z := range sorted {
		if !w.contains(z) {
			outside++
		}
		if step := max(1, n/150); i%step == 0 || i < 12 || i >= n-12 {
			points.x2y(distuv.UnitNormal.Quantile((float64(i)+0.5)/float64(n)), z)
		}
	}
	p.Add(a, curve{x: []float64{w.lo, w.hi}, y: []float64{w.lo, w.hi}, LineStyle: line(soft, 1)}, points)
	window(p, w, w)
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(even), plot.TickerFunc(even)
	pic, err := one("Quantiles of latent column "+title+", against those of a normal distribution.", 240, 240, p)
	return pic, outside, err
}

// even are the ticks −4, −2, 0, 2, 4.
func even(_, _ float64) (t []plot.Tick) {
	for v := -4.0; v <= 4; v += 2 {
		t = append(t, plot.Tick{Value: v, Label: tickLabel(v, 2)})
	}
	return t
}

// subscript is n in subscript digits.
func subscript(n int) (s string) {
	for ; n > 0; n /= 10 {
		s = string(rune('₀'+n%10)) + s
	}
	return s
}
