package flows_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
)

// A stranger reads a model file by docs/model-format.md alone, with nothing of this library: what it computes is
// what another language would.
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
			Transform  strangeTransform `json:"transform"`
			Reflectors int              `json:"reflectors"`
		} `json:"config"`
	} `json:"layers"`

	tensors map[string][]float64
	context []float64 // of the row at hand
}

type strangeMLP struct {
	Hidden     []int  `json:"hidden"`
	Activation string `json:"activation"`
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
	for _, z := range y {
		logP += logPhi(z)
	}
	return logP, values, logDets
}

func (s *stranger) layer(i int, x []float64) (z []float64, logDet float64) {
	l := s.Layers[i]
	tensor := func(name string) []float64 { return s.tensors[l.Name+"."+name] }
	d := len(x)
	z = append([]float64(nil), x...)
	switch l.Kind {
	case "affine", "standardize":
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
	case "mixture_cdf_coupling":
		return s.mixtureCoupling(i, x)
	}
	return z, logDet
}

// coupling is θ and the columns that it is for.
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
	for n := range len(mlp.Hidden) + 1 {
		dense := name + ".mlp.dense" + strconv.Itoa(n)
		bias := s.tensors[dense+".bias"]
		a = times(a, s.tensors[dense+".kernel"], len(bias))
		for j := range a {
			a[j] += bias[j]
			if n < len(mlp.Hidden) {
				a[j] = activate(mlp.Activation, a[j])
			}
		}
	}
	return b, a
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

// mixture is z = Φ⁻¹(F(x)) and log dz/dx.
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

// quantile is Φ⁻¹(p) from log p ≤ log ½.
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
