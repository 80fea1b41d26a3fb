package kernel

import (
	"fmt"
	"math"
	"slices"

	"gaussflow/internal/strictjson"
)

// ClampKind names the bounded curve of a Clamp.
type ClampKind uint8

// The curves.
const (
	ClampNone    ClampKind = iota // y = raw
	ClampTanh                     // y = bound·tanh(raw), bound = Hi
	ClampSigmoid                  // y = Lo + (Hi−Lo)/(1+e^−raw)
)

// clampNames are the curves' names in JSON.
var clampNames = []string{"none", "tanh", "sigmoid"}

// MarshalText is the curve's name: none, tanh or sigmoid.
func (k ClampKind) MarshalText() ([]byte, error) {
	if int(k) >= len(clampNames) {
		return nil, fmt.Errorf("kernel: ClampKind = %d, want one of %q", k, clampNames)
	}
	return []byte(clampNames[k]), nil
}

// UnmarshalText reads a name.
func (k *ClampKind) UnmarshalText(name []byte) error {
	at := slices.Index(clampNames, string(name))
	if at < 0 {
		return &strictjson.WordError{Where: "kernel: ClampKind", Name: "clamp", Got: string(name), Known: clampNames}
	}
	*k = ClampKind(at)
	return nil
}

// Clamp maps an unconstrained number to a log scale between Lo and Hi (ClampTanh: −Hi and Hi).
// It is a comparable value, so that an op can hold it.
type Clamp struct {
	Kind ClampKind `json:"kind"`
	Lo   float64   `json:"lo"`
	Hi   float64   `json:"hi"`
}

// Validate reports a clamp that is no bounded, increasing curve.
func (c Clamp) Validate() error {
	known := c.Kind == ClampTanh || c.Kind == ClampSigmoid
	finite := !math.IsInf(c.Lo, 0) && !math.IsInf(c.Hi, 0)
	if !known || !finite || !(c.Lo < c.Hi) || c.Kind == ClampTanh && c.Lo != -c.Hi {
		return &ClampError{c}
	}
	return nil
}

// Apply is the clamped value y of raw.
func (c Clamp) Apply(raw float64) float64 {
	curve := newClampCurve[float64](c)
	return curve.apply(raw)
}

// Slope is dy/draw, from the clamped value y.
func (c Clamp) Slope(y float64) float64 {
	curve := newClampCurve[float64](c)
	return curve.slope(y)
}

// Invert is the raw value whose clamped value is y; ±Inf at the bounds.
func (c Clamp) Invert(y float64) float64 {
	switch c.Kind {
	case ClampTanh:
		return math.Atanh(y / c.Hi)
	case ClampSigmoid:
		return math.Log((y - c.Lo) / (c.Hi - y))
	}
	return y
}

// clampCurve is a Clamp in numbers of a T, the form in which all kernels read it: both curves are a logistic one,
//
//	y = c0 + c1/(1+exp(c2·raw)),  dy/draw = s0 + s1·y + s2·y².
type clampCurve[T Float] struct {
	curve [3]T // c0, c1, c2
	poly  [3]T // s0, s1, s2
	none  bool // y = raw
}

func newClampCurve[T Float](c Clamp) clampCurve[T] {
	switch c.Kind {
	case ClampTanh:
		b := c.Hi
		return clampCurve[T]{curve: [3]T{T(b), T(-2 * b), 2}, poly: [3]T{T(b), 0, T(-1 / b)}}
	case ClampSigmoid:
		r := c.Hi - c.Lo
		return clampCurve[T]{curve: [3]T{T(c.Lo), T(r), -1}, poly: [3]T{T(-c.Lo * c.Hi / r), T((c.Lo + c.Hi) / r), T(-1 / r)}}
	}
	return clampCurve[T]{poly: [3]T{1, 0, 0}, none: true}
}

// apply is y.
func (c *clampCurve[T]) apply(raw float64) float64 {
	if c.none {
		return raw
	}
	return float64(c.curve[0]) + float64(c.curve[1])/(1+math.Exp(float64(c.curve[2])*raw))
}

// slope is dy/draw at y.
func (c *clampCurve[T]) slope(y T) T { return c.poly[0] + y*(c.poly[1]+y*c.poly[2]) }

// least is the lower bound, 0 without one.
func (c Clamp) least() float64 {
	if c.Kind == ClampTanh {
		return -c.Hi
	}
	return c.Lo
}

// ScaleRange is the range of scales σ = exp(y) that a fit may use: the clamp's, drawn in by a thousandth of its
// width so that the raw values stay finite and their gradients alive. Without a clamp, 0 to 0: no bounds.
func (c Clamp) ScaleRange() (least, greatest float64) {
	if c.Kind == ClampNone {
		return 0, 0
	}
	margin := 1e-3 * (c.Hi - c.Lo)
	return math.Exp(c.Lo + margin), math.Exp(c.Hi - margin)
}

// mostLogScale is the greatest log scale: up to it σ and 1/σ are normal numbers of T.
func mostLogScale[T Float]() T { return T(byType[T, float64](708.0, 87.0)) }

// holdScale is y held to ±most; NaN stays.
func holdScale[T Float](y, most T) T { return min(max(y, -most), most) }

// A ClampError is a Clamp that is no curve.
type ClampError struct{ Clamp Clamp }

func (e *ClampError) Error() string {
	return fmt.Sprintf("ScaleClamp = %+v, want TanhClamp(bound > 0) or SigmoidClamp(lo < hi)", e.Clamp)
}
