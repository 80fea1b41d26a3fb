package mixed_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// A stranger reads a model file by docs/model-format.md alone, without any code of this library.
type stranger struct {
	Schema struct {
		Columns []strangeColumn `json:"columns"`
	} `json:"schema"`
	Gaps      []int `json:"gaps"`
	Calendar  bool  `json:"calendar"`
	Residuals []struct {
		Columns []int     `json:"columns"`
		Factors []float64 `json:"factors"`
		Widths  []float64 `json:"widths"`
	} `json:"residuals"`
	Config struct {
		Hidden     []int   `json:"hidden"`
		Components int     `json:"components"`
		Background float64 `json:"background"`
		Waves      bool    `json:"waves"`
	} `json:"config"`

	tensors map[string][]float64
}

type strangeColumn struct {
	Kind   string     `json:"kind"`
	Step   float64    `json:"step"`
	Min    float64    `json:"min"`
	Lower  *float64   `json:"lower"`
	Upper  *float64   `json:"upper"`
	Levels []struct{} `json:"levels"`
}

func readAsStranger(file []byte) (*stranger, error) {
	end := 8 + binary.LittleEndian.Uint64(file)
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:end], &header); err != nil {
		return nil, err
	}
	var metadata map[string]string
	if err := json.Unmarshal(header["__metadata__"], &metadata); err != nil {
		return nil, err
	}
	delete(header, "__metadata__")
	s := &stranger{tensors: map[string][]float64{}}
	if err := json.Unmarshal([]byte(metadata["model"]), s); err != nil {
		return nil, err
	}
	for name, raw := range header {
		var entry struct {
			Dtype   string    `json:"dtype"`
			Offsets [2]uint64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(raw, &entry); err != nil {
			return nil, err
		}
		for data := file[end:][entry.Offsets[0]:entry.Offsets[1]]; len(data) > 0; {
			if entry.Dtype == "F32" {
				s.tensors[name] = append(s.tensors[name], float64(math.Float32frombits(binary.LittleEndian.Uint32(data))))
				data = data[4:]
			} else {
				s.tensors[name] = append(s.tensors[name], math.Float64frombits(binary.LittleEndian.Uint64(data)))
				data = data[8:]
			}
		}
	}
	return s, nil
}

// written is v as the column writes it.
func (c strangeColumn) written(v float64) float64 {
	if c.Step > 0 {
		return c.Min + math.Round((v-c.Min)/c.Step)*c.Step
	}
	return v
}

func (c strangeColumn) category() bool { return c.Kind == "category" || c.Kind == "boolean" }

// logProb is log p of a row in which NaN is a missing cell.
func (s *stranger) logProb(row []float64) (logP float64) {
	var numbers, categories []int
	for j, c := range s.Schema.Columns {
		if c.category() {
			categories = append(categories, j)
		} else {
			numbers = append(numbers, j)
		}
	}
	seen := map[int]bool{}
	for _, j := range s.order() {
		c := s.Schema.Columns[j]
		if math.IsNaN(row[j]) {
			continue
		}
		theta := s.network(s.input(row, numbers, categories, seen))
		logP += s.cell(theta, c, row, j, numbers, categories, seen)
		seen[j] = true
	}
	return logP
}

// order lists the columns, those of times with a calendar first.
func (s *stranger) order() (order []int) {
	for _, times := range []bool{true, false} {
		for j, c := range s.Schema.Columns {
			if (s.Calendar && c.Kind == "time") == times {
				order = append(order, j)
			}
		}
	}
	return order
}

// calendar computes the calendar columns of a time from day numbers: a Monday is day 4 from 1970-01-01, and dates are those
// of Hinnant's civil_from_days.
func calendar(seconds float64) (out []float64) {
	days := math.Floor(seconds / 86400)
	passed := seconds/86400 - days
	weekday := math.Mod(math.Mod(days+4, 7)+7, 7)
	z := days + 719468
	era := math.Floor(z / 146097)
	ofEra := z - era*146097
	year := math.Floor((ofEra - math.Floor(ofEra/1460) + math.Floor(ofEra/36524) - math.Floor(ofEra/146096)) / 365)
	ofYear := ofEra - (365*year + math.Floor(year/4) - math.Floor(year/100)) // from the first of March
	month := math.Floor((5*ofYear + 2) / 153)
	day := ofYear - math.Floor((153*month+2)/5)
	civil, leap := year+era*400, 0.0
	if math.Mod(civil, 4) == 0 && (math.Mod(civil, 100) != 0 || math.Mod(civil, 400) == 0) {
		leap = 1
	}
	fromJanuary := ofYear + 59 + leap // of March and later
	if month >= 10 {
		fromJanuary = ofYear - 306
	}
	for _, a := range []float64{passed, (weekday + passed) / 7, (day + passed) / 31, (fromJanuary + passed) / 366} {
		out = append(out, 2*a-1, math.Sin(2*math.Pi*a), math.Cos(2*math.Pi*a))
	}
	return out
}

// input is what the network reads: the values, whether they are seen, one-hot codes, codes of the gaps, which are zero
// because the values there are not known, the calendars, the waves, and what is left of numbers.
func (s *stranger) input(row []float64, numbers, categories []int, seen map[int]bool) (in []float64) {
	for i, j := range numbers {
		v := 0.0
		if seen[j] {
			lo, hi, _ := s.own(i).score(s.Schema.Columns[j], row[j])
			v = 4 * math.Tanh(middle(lo, hi)/4)
		}
		in = append(in, v)
	}
	for _, j := range numbers {
		if seen[j] {
			in = append(in, 1)
		} else {
			in = append(in, 0)
		}
	}
	for _, j := range categories {
		hot := make([]float64, len(s.Schema.Columns[j].Levels))
		if seen[j] {
			hot[int(row[j])] = 1
		}
		in = append(in, hot...)
	}
	in = append(in, make([]float64, 2*len(s.Gaps))...)
	for j, c := range s.Schema.Columns {
		switch {
		case !s.Calendar || c.Kind != "time":
		case seen[j]:
			in = append(in, calendar(row[j])...)
		default:
			in = append(in, make([]float64, 12)...)
		}
	}
	for i, j := range numbers {
		switch {
		case !s.Config.Waves:
		case seen[j]:
			for _, f := range []float64{1.5, 3, 6} {
				in = append(in, math.Sin(f*in[i])/4, math.Cos(f*in[i])/4)
			}
		default:
			in = append(in, make([]float64, 6)...)
		}
	}
	for k, r := range s.Residuals {
		v, all := 0.0, true
		for q, j := range r.Columns {
			v += r.Factors[q] * s.Schema.Columns[j].written(row[j])
			all = all && seen[j]
		}
		u := 0.0
		if all {
			u, _ = s.residual(k, 1, v).knots(v, math.Inf(-1), math.Inf(1))
		}
		in = append(in, 4*math.Tanh(u/4))
	}
	return in
}

// strangeScale maps a number x to the score of factor·x + rest.
type strangeScale struct {
	x, u, slope  []float64
	factor, rest float64
	own          bool     // the knots are the column's own, and end at its bounds
	low, high    *float64 // where it bends
	width        float64
	even         bool    // a cell of the digits has the same density everywhere
	atoms        [2]bool // the bounds have a probability
}

func (s *stranger) scale(name string, factor, rest float64, own bool) strangeScale {
	return strangeScale{x: s.tensors[name+".x"], u: s.tensors[name+".u"], slope: s.tensors[name+".slope"], factor: factor, rest: rest, own: own}
}

func (s *stranger) own(i int) strangeScale { return s.scale(fmt.Sprintf("marginal%d", i), 1, 0, true) }

func (s *stranger) residual(k int, factor, rest float64) strangeScale {
	return s.scale(fmt.Sprintf("residual%d", k), factor, rest, false)
}

// bend says at which bounds of the column the scale bends: those that are not the first or last of its own knots.
func (s *strangeScale) bend(c strangeColumn, own strangeScale) {
	s.even = c.Kind == "numbers" && c.Step > 0
	if c.Step > 0 {
		s.atoms = [2]bool{c.Lower != nil && own.x[0] == *c.Lower, c.Upper != nil && own.x[len(own.x)-1] == *c.Upper}
		return
	}
	if c.Lower != nil && own.x[0] > *c.Lower {
		s.low = c.Lower
	}
	if c.Upper != nil && own.x[len(own.x)-1] < *c.Upper {
		s.high = c.Upper
	}
}

// bent is B(x) and its slope.
func (s strangeScale) bent(x float64) (y, slope float64) {
	y, slope = x, 1
	up := math.Inf(1)
	if s.high != nil {
		up = *s.high
	}
	if s.low != nil {
		w := s.width
		e := 1 - math.Exp(-(x-*s.low)/w)
		y, slope = x+w*math.Log(e), 1/e
		up += w * math.Log(1-math.Exp(-(up-*s.low)/w))
	}
	if s.high != nil {
		w := s.width
		e := 1 - math.Exp(-(up-y)/w)
		y, slope = y-w*math.Log(e), slope/e
	}
	return y, slope
}

// scaleOf is that of number i, column j, where the columns seen are known: that of the first residual whose others are all seen.
func (s *stranger) scaleOf(i, j int, row []float64, seen map[int]bool) strangeScale {
	for k, r := range s.Residuals {
		factor, rest, width, all := 0.0, 0.0, 0.0, true
		for q, other := range r.Columns {
			if other == j {
				factor, width = r.Factors[q], r.Widths[q]
				continue
			}
			rest += r.Factors[q] * s.Schema.Columns[other].written(row[other])
			all = all && seen[other]
		}
		if factor != 0 && all {
			out := s.residual(k, factor, rest)
			out.width = width
			out.bend(s.Schema.Columns[j], s.own(i))
			return out
		}
	}
	return s.own(i)
}

func (s *stranger) network(x []float64) []float64 {
	h := s.dense(0, x)
	for l := 1; l < len(s.Config.Hidden); l += 2 {
		for i, v := range s.dense(l+1, rectified(s.dense(l, rectified(h)))) {
			h[i] += v
		}
	}
	return s.dense(len(s.Config.Hidden), h)
}

func (s *stranger) dense(l int, x []float64) []float64 {
	kernel, bias := s.tensors[fmt.Sprintf("mlp.dense%d.kernel", l)], s.tensors[fmt.Sprintf("mlp.dense%d.bias", l)]
	out := append([]float64(nil), bias...)
	for i, v := range x {
		for o := range out {
			out[o] += v * kernel[i*len(out)+o]
		}
	}
	return out
}

func rectified(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Max(v, 0)
	}
	return out
}

// cell is log p of one cell, from the network's output for it.
func (s *stranger) cell(theta []float64, c strangeColumn, row []float64, j int, numbers, categories []int, seen map[int]bool) float64 {
	v := row[j]
	k, d := s.Config.Components, len(numbers)
	if c.category() {
		logits := theta[3*d*k:]
		for _, other := range categories {
			n := len(s.Schema.Columns[other].Levels)
			if other == j {
				return logits[int(v)] - logSum(logits[:n])
			}
			logits = logits[n:]
		}
	}
	i := 0
	for numbers[i] != j {
		i++
	}
	lo, hi, logSlope := s.scaleOf(i, j, row, seen).score(c, v)
	logits := theta[i*k:][:k]
	var terms []float64
	for q := range k {
		mean, raw := theta[(d+i)*k+q], theta[(2*d+i)*k+q]
		sigma := math.Exp(-6 + 8/(1+math.Exp(-raw)))
		terms = append(terms, logits[q]-logSum(logits)+math.Log(1-s.Config.Background)+logNormalCell(lo, hi, mean, sigma))
	}
	terms = append(terms, math.Log(s.Config.Background)+logNormalCell(lo, hi, 0, 1))
	return logSum(terms) + logSlope
}

// logNormalCell is the log-probability of an interval, or the log-density of a point, under a normal.
func logNormalCell(lo, hi, mean, sigma float64) float64 {
	if lo < hi {
		return logBetween((lo-mean)/sigma, (hi-mean)/sigma)
	}
	return logNormal(lo, mean, sigma)
}

func logSum(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = math.Max(top, v)
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// logBetween is log(Φ(b) − Φ(a)).
func logBetween(a, b float64) float64 {
	if a > 0 {
		a, b = -b, -a
	}
	if b > 0 {
		return math.Log(math.Erf(b/math.Sqrt2)/2 - math.Erf(a/math.Sqrt2)/2)
	}
	return math.Log(math.Erfc(-b/math.Sqrt2)/2 - math.Erfc(-a/math.Sqrt2)/2)
}

// middle is the normal score of the midpoint of an interval's probability, by bisection.
func middle(lo, hi float64) float64 {
	if lo == hi {
		return lo
	}
	if lo > 0 {
		return -middle(-hi, -lo)
	}
	below := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
	want, from, to := (below(lo)+below(hi))/2, -40.0, 40.0
	for range 200 {
		if mid := (from + to) / 2; below(mid) < want {
			from = mid
		} else {
			to = mid
		}
	}
	return from
}

// at is the score of v, and log du/dx.
func (s strangeScale) at(v, lower, upper float64) (score, logSlope float64) {
	if !s.own {
		lower, upper = math.Inf(-1), math.Inf(1)
	}
	y, slope := s.bent(v)
	score, logSlope = s.knots(s.factor*y+s.rest, lower, upper)
	return math.Copysign(score, score*s.factor), logSlope + math.Log(math.Abs(s.factor)) + math.Log(slope)
}

func (s strangeScale) knots(v, lower, upper float64) (score, logSlope float64) {
	x, u, slope := s.x, s.u, s.slope
	last := len(x) - 1
	if v < x[0] {
		return beyond(u[0], -slope[0], x[0]-v, x[0]-lower)
	}
	if v >= x[last] {
		return beyond(u[last], slope[last], v-x[last], upper-x[last])
	}
	p := 0
	for x[p+1] <= v {
		p++
	}
	w, h := x[p+1]-x[p], u[p+1]-u[p]
	xi, q := (v-x[p])/w, h/w
	d := q*(xi*xi+(1-xi)*(1-xi)) + (slope[p]+slope[p+1])*xi*(1-xi)
	return u[p] + h*xi*(q*xi+slope[p]*(1-xi))/d,
		math.Log(q * q / d / d * (slope[p+1]*xi*xi + 2*q*xi*(1-xi) + slope[p]*(1-xi)*(1-xi)))
}

// score returns the interval of scores of a value of a column, and for a point log du/dx.
func (s strangeScale) score(c strangeColumn, v float64) (lo, hi, logSlope float64) {
	x, u := s.x, s.u
	inf := math.Inf(1)
	lower, upper := -inf, inf
	if c.Lower != nil {
		lower = *c.Lower
	}
	if c.Upper != nil {
		upper = *c.Upper
	}
	at := func(v float64) (float64, float64) { return s.at(v, lower, upper) }
	if c.Kind != "numbers" || s.even {
		v = c.Min + math.Round((v-c.Min)/c.Step)*c.Step
		lo, hi = -inf, inf
		if v-c.Step/2 > lower {
			lo, _ = at(v - c.Step/2)
		}
		if v+c.Step/2 < upper {
			hi, _ = at(v + c.Step/2)
		}
		atom := v-c.Step/2 <= lower && s.atoms[0] || v+c.Step/2 >= upper && s.atoms[1]
		if s.even && !atom {
			logSlope = -math.Log(min(v+c.Step/2, upper) - max(v-c.Step/2, lower))
		}
		return lo, hi, logSlope
	}
	lo, logSlope = at(v)
	hi = lo
	for p := range len(x) - 1 {
		if s.own && x[p] == v && x[p+1] == v {
			lo, hi = u[p], u[p+1]
		}
	}
	if v == lower && (lo < hi || !s.own) {
		lo = -inf
	}
	if v == upper && (lo < hi || !s.own) {
		hi = inf
	}
	if lo < hi {
		logSlope = 0
	}
	return lo, hi, logSlope
}

func beyond(u, slope, e, room float64) (score, logSlope float64) {
	if math.IsInf(room, 1) {
		side := math.Copysign(1, slope)
		return u + side*math.Log1p(math.Abs(slope)*e), math.Log(math.Abs(slope)) - math.Log1p(math.Abs(slope)*e)
	}
	return u - slope*room*math.Log1p(-e/room), math.Log(math.Abs(slope)) - math.Log1p(-e/room)
}
