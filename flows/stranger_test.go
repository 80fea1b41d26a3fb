package flows_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
)

// A stranger reads a model file by docs/model-format.md alone, without any code of this library, as a program in another
// language would.
type stranger struct {
	Dtype  string `json:"dtype"`
	Dim    int    `json:"dim"`
	Layers []struct {
		Name   string `json:"name"`
		Kind   string `json:"kind"`
		Config struct {
			Mask        []bool       `json:"mask"`
			Components  int          `json:"components"`
			Shared      bool         `json:"shared"`
			Context     int          `json:"context"`
			Clamp       strangeClamp `json:"scale_clamp"`
			MLP         strangeMLP   `json:"mlp"`
			Conditioner struct {
				Config strangeMLP `json:"config"`
			} `json:"conditioner"`
			Transform    strangeTransform `json:"transform"`
			Reflectors   int              `json:"reflectors"`
			Columns      []strangeColumn  `json:"columns"`
			Order        []int            `json:"order"`
			Negative     []bool           `json:"negative"`
			FastSampling bool             `json:"fast_sampling"`
		} `json:"config"`
	} `json:"layers"`

	Base *strangeBase `json:"base"` // nil: the standard normal

	tensors map[string][]float64
	context []float64 // the context of the row that is being scored
}

type strangeMLP struct {
	Hidden     []int  `json:"hidden"`
	Activation string `json:"activation"`
	Residual   bool   `json:"residual"`
}

// strangeColumn is a column of a support layer.
type strangeColumn struct {
	Kind           string
	Lo, Hi, Lambda float64
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
		data := file[end:][entry.Offsets[0]:entry.Offsets[1]]
		var numbers []float64
		for len(data) > 0 {
			if entry.Dtype == "F32" {
				numbers = append(numbers, float64(math.Float32frombits(binary.LittleEndian.Uint32(data))))
				data = data[4:]
			} else {
				numbers = append(numbers, math.Float64frombits(binary.LittleEndian.Uint64(data)))
				data = data[8:]
			}
		}
		s.tensors[name] = numbers
	}
	return s, nil
}

// logProb is log p of a row, x and its context if there is one, with the value and log-det after each layer.
func (s *stranger) logProb(row []float64) (logP float64, values [][]float64, logDets []float64) {
	y := append([]float64(nil), row[:s.Dim]...)
	s.context = row[s.Dim:]
	for i := range s.Layers {
		var logDet float64
		y, logDet = s.layer(i, y)
		values, logDets = append(values, y), append(logDets, logDet)
		logP += logDet
	}
	return logP + s.base(y), values, logDets
}

func (s *stranger) layer(i int, x []float64) (z []float64, logDet float64) {
	l := s.Layers[i]
	tensor := func(name string) []float64 { return s.tensors[l.Name+"."+name] }
	d := len(x)
	z = append([]float64(nil), x...)
	switch l.Kind {
	case "support":
		for j, c := range l.Config.Columns {
			var slope float64
			z[j], slope = c.curve(x[j])
			logDet += slope
		}
	case "permutation":
		for j, from := range l.Config.Order {
			z[j] = x[from]
		}
	case "lu":
		return s.lu(x, tensor("lu"), l.Config.Order, l.Config.Negative)
	case "inverted": // the limit of an affine map's log scale, by the document
		for j := range z {
			z[j] = x[j]*math.Exp(tensor("0.log_scale")[j]) + tensor("0.shift")[j]
			logDet += tensor("0.log_scale")[j]
		}
	case "affine", "act_norm", "standardize":
		for j := range z {
			z[j] = (x[j] - tensor("shift")[j]) * math.Exp(-tensor("log_scale")[j])
			logDet -= tensor("log_scale")[j]
		}
	case "householder":
		for r := range l.Config.Reflectors {
			mirror(z, tensor("v")[r*d:(r+1)*d])
		}
	case "fixed_ortho":
		z = times(x, tensor("q"), d)
	case "mixture_cdf":
		k := l.Config.Components
		for j := range z {
			var slope float64
			z[j], slope = mixture(x[j], tensor("logits")[j*k:(j+1)*k], tensor("means")[j*k:(j+1)*k], tensor("log_scales")[j*k:(j+1)*k])
			logDet += slope
		}
	case "elementwise":
		for j := range z {
			var parts [][]float64
			for _, p := range l.Config.Transform.parts() {
				parts = append(parts, tensor(p.name)[j*p.size:(j+1)*p.size])
			}
			var slope float64
			z[j], slope = l.Config.Transform.apply(x[j], parts)
			logDet += slope
		}
	case "coupling":
		b, theta := s.coupling(l.Name, l.Config.Mask, l.Config.Context, l.Config.Conditioner.Config, x)
		for n, j := range b {
			var parts [][]float64
			at := 0
			for _, p := range l.Config.Transform.parts() {
				parts = append(parts, theta[at+n*p.size:at+(n+1)*p.size])
				at += len(b) * p.size
			}
			var slope float64
			z[j], slope = l.Config.Transform.apply(x[j], parts)
			logDet += slope
		}
	case "autoregressive":
		return s.autoregressive(i, x)
	case "mixture_cdf_coupling":
		return s.mixtureCoupling(i, x)
	}
	return z, logDet
}

// curve returns z and log dz/dx of one number.
func (c strangeColumn) curve(x float64) (z, logSlope float64) {
	lambda, side := c.Lambda, 1.0
	u := x - c.Lo
	switch c.Kind {
	case "logit":
		return math.Log(u / (c.Hi - x)), math.Log((c.Hi - c.Lo) / (u * (c.Hi - x)))
	case "atanh":
		return 0.5 * math.Log(u/(c.Hi-x)), math.Log((c.Hi - c.Lo) / (2 * u * (c.Hi - x)))
	case "log":
		return math.Log(u), -math.Log(u)
	case "log_below":
		return -math.Log(c.Hi - x), -math.Log(c.Hi - x)
	case "softplus":
		return u + math.Log(-math.Expm1(-u)), -math.Log(-math.Expm1(-u))
	case "yeo_johnson":
		if u = 1 + x; x < 0 {
			u, lambda, side = 1-x, 2-lambda, -1
		}
		fallthrough
	case "box_cox":
		if lambda == 0 {
			return side * math.Log(u), -math.Log(u)
		}
		return side * (math.Pow(u, lambda) - 1) / lambda, (lambda - 1) * math.Log(u)
	}
	return x, 0
}

// lu returns x·P·L·U.
func (s *stranger) lu(x, packed []float64, order []int, negative []bool) (z []float64, logDet float64) {
	d := len(x)
	y := append([]float64(nil), x...)
	for j, from := range order {
		y[j] = x[from]
	}
	lower, upper := make([]float64, d*d), make([]float64, d*d)
	for i := range d {
		for j := range d {
			switch v := packed[i*d+j]; {
			case j < i:
				lower[i*d+j] = v
			case j > i:
				upper[i*d+j] = v
			default:
				lower[i*d+j], upper[i*d+j] = 1, math.Exp(v)
				logDet += v
				if negative != nil && negative[i] {
					upper[i*d+j] *= -1
				}
			}
		}
	}
	return times(times(y, lower, d), upper, d), logDet
}

// coupling returns θ and the columns that it maps.
func (s *stranger) coupling(name string, mask []bool, context int, mlp strangeMLP, x []float64) (b []int, a []float64) {
	for j, identity := range mask {
		if identity {
			a = append(a, x[j])
		} else {
			b = append(b, j)
		}
	}
	if context > 0 {
		a = append(a, s.context...)
	}
	return b, s.perceptron(name, mlp, a, nil)
}

// perceptron is the network of a layer; if degrees of the input, of each hidden layer and of the output are given, it is
// masked by them.
func (s *stranger) perceptron(name string, mlp strangeMLP, h []float64, degrees [][]int) []float64 {
	dense := func(n int, h []float64) []float64 {
		tensor := name + ".mlp.dense" + strconv.Itoa(n)
		kernel, bias := append([]float64(nil), s.tensors[tensor+".kernel"]...), s.tensors[tensor+".bias"]
		for e := range kernel {
			if degrees != nil && degrees[n][e/len(bias)] > degrees[n+1][e%len(bias)] {
				kernel[e] = 0
			}
		}
		return plus(times(h, kernel, len(bias)), bias)
	}
	act := func(h []float64) []float64 {
		out := make([]float64, len(h))
		for j, v := range h {
			out[j] = activate(mlp.Activation, v)
		}
		return out
	}
	last := len(mlp.Hidden)
	if mlp.Residual {
		h = dense(0, h)
		for n := 1; n < last; n += 2 {
			h = plus(h, dense(n+1, act(dense(n, act(h)))))
		}
		return dense(last, h)
	}
	for n := range last {
		h = act(dense(n, h))
	}
	return dense(last, h)
}

func plus(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}

// autoregressive maps one column after the other, by affine maps.
func (s *stranger) autoregressive(i int, x []float64) (z []float64, logDet float64) {
	c, d := s.Layers[i].Config, len(x)
	order := c.Order
	for j := range d {
		if len(c.Order) == 0 {
			order = append(order, j)
		}
	}
	read, put := make([]int, d+c.Context), make([]int, 2*d)
	for place, j := range order {
		read[j], put[j], put[d+j] = place+1, place, place
	}
	degrees := [][]int{read}
	for _, units := range c.Conditioner.Config.Hidden {
		least, kinds := 1, d-1
		if c.Context > 0 || d == 1 {
			least, kinds = 0, d
		}
		hidden := make([]int, units)
		for k := range hidden {
			hidden[k] = least + k*kinds/units
		}
		degrees = append(degrees, hidden)
	}
	degrees = append(degrees, put)
	z = make([]float64, d)
	for _, j := range order {
		known := x
		if c.FastSampling {
			known = z
		}
		if c.Context > 0 {
			known = append(append([]float64(nil), known...), s.context...)
		}
		theta := s.perceptron(s.Layers[i].Name, c.Conditioner.Config, known, degrees)
		z[j] = (x[j] - theta[j]) * math.Exp(-theta[d+j])
		logDet -= theta[d+j]
	}
	return z, logDet
}

func (s *stranger) mixtureCoupling(i int, x []float64) (z []float64, logDet float64) {
	c, k := s.Layers[i].Config, s.Layers[i].Config.Components
	b, a := s.coupling(s.Layers[i].Name, c.Mask, c.Context, c.MLP, x)
	sets := len(b)
	if c.Shared {
		sets = 1
	}
	z = append([]float64(nil), x...)
	for n, j := range b {
		if c.Shared {
			n = 0
		}
		var logScales []float64
		for _, raw := range a[(2*sets+n)*k : (2*sets+n+1)*k] {
			logScales = append(logScales, c.Clamp.apply(raw))
		}
		var slope float64
		z[j], slope = mixture(x[j], a[n*k:(n+1)*k], a[(sets+n)*k:(sets+n+1)*k], logScales)
		logDet += slope
	}
	return z, logDet
}

func mirror(y, v []float64) {
	dot, norm := 0.0, 0.0
	for j := range y {
		dot += y[j] * v[j]
		norm += v[j] * v[j]
	}
	if norm == 0 {
		return
	}
	for j := range y {
		y[j] -= 2 * dot / norm * v[j]
	}
}

// times is x·m for a row-major len(x)×out matrix m.
func times(x, m []float64, out int) []float64 {
	y := make([]float64, out)
	for i := range x {
		for j := range y {
			y[j] += x[i] * m[i*out+j]
		}
	}
	return y
}

func activate(name string, x float64) float64 {
	switch name {
	case "relu":
		return math.Max(x, 0)
	case "tanh":
		return math.Tanh(x)
	case "silu":
		return x / (1 + math.Exp(-x))
	case "gelu":
		return x * 0.5 * math.Erfc(-x/math.Sqrt2)
	}
	return math.NaN()
}

// mixture returns z = Φ⁻¹(F(x)) and log dz/dx.
func mixture(x float64, logits, means, logScales []float64) (z, logSlope float64) {
	var lower, upper, density []float64
	total := logSumExp(logits)
	for k := range logits {
		t := (x - means[k]) / math.Exp(logScales[k])
		w := logits[k] - total
		lower = append(lower, w+logCDF(t))
		upper = append(upper, w+logCDF(-t))
		density = append(density, w+logPhi(t)-logScales[k])
	}
	lf, ls := logSumExp(lower), logSumExp(upper)
	if lf <= ls {
		z = quantile(lf)
	} else {
		z = -quantile(ls)
	}
	return z, logSumExp(density) - logPhi(z)
}

func logSumExp(v []float64) float64 {
	top := math.Inf(-1)
	for _, x := range v {
		top = math.Max(top, x)
	}
	sum := 0.0
	for _, x := range v {
		sum += math.Exp(x - top)
	}
	return top + math.Log(sum)
}

func logPhi(x float64) float64 { return -x*x/2 - math.Log(2*math.Pi)/2 }

func logCDF(x float64) float64 {
	switch {
	case x > 0:
		return math.Log1p(-math.Erfc(x/math.Sqrt2) / 2)
	case x > -30:
		return math.Log(math.Erfc(-x/math.Sqrt2) / 2)
	}
	r := 1 / (x * x)
	return logPhi(x) - math.Log(-x) + math.Log1p(r*(-1+r*(3+r*(-15+r*(105-945*r)))))
}

// quantile returns Φ⁻¹(p), given log p ≤ log ½.
func quantile(logP float64) float64 {
	z := -math.Sqrt(-2 * logP)
	for range 100 {
		step := (logCDF(z) - logP) * math.Exp(logCDF(z)-logPhi(z))
		z -= step
		if math.Abs(step) <= 1e-16*math.Abs(z) {
			break
		}
	}
	return z
}
