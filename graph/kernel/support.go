package kernel

import (
	"fmt"
	"math"
	"slices"

	"gaussflow/internal/strictjson"
)

// A Support is a set of numbers, and an increasing curve z(x) that takes it to ℝ:
//
//	SupportEverywhere   ℝ           z = x
//	SupportLogit        (Lo, Hi)    z = log (x − Lo)/(Hi − x)
//	SupportAtanh        (Lo, Hi)    z = ½·log (x − Lo)/(Hi − x)
//	SupportLog          (Lo, ∞)     z = log(x − Lo)
//	SupportLogBelow     (−∞, Hi)    z = −log(Hi − x)
//	SupportSoftplus     (Lo, ∞)     z = log(exp(x − Lo) − 1)
//	SupportBoxCox       (Lo, ∞)     z = ((x − Lo)^λ − 1)/λ, or log(x − Lo) where λ = 0; onto λz > −1 alone
//	SupportYeoJohnson   ℝ           z = ((1 + x)^λ − 1)/λ for x ≥ 0, −((1 − x)^(2−λ) − 1)/(2 − λ) for x < 0
type Support struct {
	Kind   SupportKind `json:"kind"`
	Lo     float64     `json:"lo,omitempty"` // zero where the kind has none; so Hi
	Hi     float64     `json:"hi,omitempty"`
	Lambda float64     `json:"lambda,omitempty"` // of a power; else zero
}

// A SupportKind is the curve of a Support.
type SupportKind byte

// The kinds of a Support.
const (
	SupportEverywhere SupportKind = iota
	SupportLogit
	SupportAtanh
	SupportLog
	SupportLogBelow
	SupportSoftplus
	SupportBoxCox
	SupportYeoJohnson
)

// supportNames are the kinds' names in JSON.
var supportNames = []string{"everywhere", "logit", "atanh", "log", "log_below", "softplus", "box_cox", "yeo_johnson"}

// MarshalText is the kind's name.
func (k SupportKind) MarshalText() ([]byte, error) {
	if int(k) >= len(supportNames) {
		return nil, fmt.Errorf("kernel: SupportKind = %d, want one of %q", k, supportNames)
	}
	return []byte(supportNames[k]), nil
}

// UnmarshalText reads a name.
func (k *SupportKind) UnmarshalText(name []byte) error {
	at := slices.Index(supportNames, string(name))
	if at < 0 {
		return &strictjson.WordError{Where: "kernel: SupportKind", Name: "support", Got: string(name), Known: supportNames}
	}
	*k = SupportKind(at)
	return nil
}

// Bounds are the ends of the support.
func (s Support) Bounds() (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	switch s.Kind {
	case SupportLogit, SupportAtanh:
		return s.Lo, s.Hi
	case SupportLog, SupportSoftplus, SupportBoxCox:
		return s.Lo, hi
	case SupportLogBelow:
		return lo, s.Hi
	}
	return lo, hi
}

// Image are the ends of what the curve takes the support to.
func (s Support) Image() (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	switch {
	case s.Kind == SupportBoxCox && s.Lambda > 0:
		return -1 / s.Lambda, hi
	case s.Kind == SupportBoxCox && s.Lambda < 0:
		return lo, -1 / s.Lambda
	}
	return lo, hi
}

// Validate reports an unknown kind, bounds between which there is nothing, and a power that is out of range.
func (s Support) Validate() error {
	finite := func(v float64) bool { return v-v == 0 }
	switch lo, hi := s.Bounds(); {
	case int(s.Kind) >= len(supportNames):
		return fmt.Errorf("the kind %d is unknown, want one of %q", s.Kind, supportNames)
	case !finite(s.Lo) || !finite(s.Hi) || !finite(s.Lambda):
		return fmt.Errorf("got bounds %v and %v and a power of %v, want finite numbers", s.Lo, s.Hi, s.Lambda)
	case !(lo < hi):
		return fmt.Errorf("got the bounds %v and %v, want the first to be less than the second", lo, hi)
	case (s.Kind == SupportLogit || s.Kind == SupportAtanh) && !finite(hi-lo):
		return fmt.Errorf("got the bounds %v and %v, want a finite difference", lo, hi)
	case s.Kind == SupportYeoJohnson && !(s.Lambda >= 0 && s.Lambda <= 2):
		return fmt.Errorf("got λ = %v, want 0 to 2: with another one z is bounded", s.Lambda)
	}
	return nil
}

// A curvePoint is a curve at one number: its value, the logarithm of its slope there, and the derivative of that.
type curvePoint struct{ value, logSlope, bend float64 }

// outside is where a curve is not defined: whatever the value, the density there is zero.
var outside = curvePoint{0, math.Inf(-1), 0}

// notIn reports an x that is not between two ends; infinity is between two that are infinite, and too far out for this arithmetic.
func notIn(x, lo, hi float64) bool {
	return x <= lo && !math.IsInf(lo, 0) || x >= hi && !math.IsInf(hi, 0)
}

// forward is z at x.
func (s Support) forward(x float64) curvePoint {
	if lo, hi := s.Bounds(); notIn(x, lo, hi) {
		return outside
	}
	below, above := x-s.Lo, s.Hi-x
	switch s.Kind {
	case SupportLogit, SupportAtanh:
		p := curvePoint{math.Log(below) - math.Log(above), math.Log(s.Hi-s.Lo) - math.Log(below) - math.Log(above), 1/above - 1/below}
		if s.Kind == SupportAtanh {
			p.value, p.logSlope = p.value/2, p.logSlope-math.Ln2
		}
		return p
	case SupportLog:
		z := math.Log(below)
		return curvePoint{z, -z, -1 / below}
	case SupportLogBelow:
		z := -math.Log(above)
		return curvePoint{z, z, 1 / above}
	case SupportSoftplus:
		l := math.Log(-math.Expm1(-below))
		return curvePoint{below + l, -l, -1 / math.Expm1(below)}
	case SupportBoxCox:
		v := math.Log(below)
		return curvePoint{boxCox(v, s.Lambda), (s.Lambda - 1) * v, (s.Lambda - 1) / below}
	case SupportYeoJohnson:
		lambda, sign := s.half(x)
		v := math.Log1p(math.Abs(x))
		return curvePoint{sign * boxCox(v, lambda), (lambda - 1) * v, sign * (lambda - 1) / (1 + math.Abs(x))}
	}
	return curvePoint{x, 0, 0}
}

// inverse is x at z.
func (s Support) inverse(z float64) curvePoint {
	if lo, hi := s.Image(); notIn(z, lo, hi) {
		return outside
	}
	switch s.Kind {
	case SupportLogit:
		return s.sigmoid(z)
	case SupportAtanh:
		p := s.sigmoid(2 * z)
		return curvePoint{p.value, p.logSlope + math.Ln2, 2 * p.bend}
	case SupportLog:
		return curvePoint{s.Lo + math.Exp(z), z, 1}
	case SupportLogBelow:
		return curvePoint{s.Hi - math.Exp(-z), -z, -1}
	case SupportSoftplus:
		return curvePoint{s.Lo + Softplus(z), -Softplus(-z), Sigmoid(-z)}
	case SupportBoxCox:
		v := boxCoxInverse(z, s.Lambda)
		return curvePoint{s.Lo + math.Exp(v), (1 - s.Lambda) * v, (1 - s.Lambda) / (1 + s.Lambda*z)}
	case SupportYeoJohnson:
		lambda, sign := s.half(z)
		v := boxCoxInverse(math.Abs(z), lambda)
		return curvePoint{sign * math.Expm1(v), (1 - lambda) * v, sign * (1 - lambda) / (1 + lambda*math.Abs(z))}
	}
	return curvePoint{z, 0, 0}
}

// sigmoid is the inverse of SupportLogit, from the end that is nearer.
func (s Support) sigmoid(z float64) curvePoint {
	width := s.Hi - s.Lo
	x := s.Lo + width*Sigmoid(z)
	if z > 0 {
		x = s.Hi - width*Sigmoid(-z)
	}
	return curvePoint{x, math.Log(width) - math.Abs(z) - 2*math.Log1p(math.Exp(-math.Abs(z))), -math.Tanh(z / 2)}
}

// half is the power of a SupportYeoJohnson on the side of x, and the side.
func (s Support) half(x float64) (lambda, sign float64) {
	if x < 0 {
		return 2 - s.Lambda, -1
	}
	return s.Lambda, 1
}

// boxCox is (e^(λv) − 1)/λ, and boxCoxInverse its inverse.
func boxCox(v, lambda float64) float64 {
	if lambda == 0 {
		return v
	}
	return math.Expm1(lambda*v) / lambda
}

func boxCoxInverse(z, lambda float64) float64 {
	if lambda == 0 {
		return z
	}
	return math.Log1p(lambda*z) / lambda
}

// nearest is the number of type T next to x that is inside: rounding alone would put what is close to an end on it.
func nearest[T Float](s Support, x float64) T {
	lo, hi := s.Bounds()
	y := T(x)
	if float64(y) <= lo && x-x == 0 {
		return following(y, T(math.Inf(1)))
	}
	if float64(y) >= hi && x-x == 0 {
		return following(y, T(math.Inf(-1)))
	}
	return y
}

// following is the number after y on the way to end.
func following[T Float](y, end T) T {
	if _, single := any(y).(float32); single {
		return T(math.Nextafter32(float32(y), float32(end)))
	}
	return T(math.Nextafter(float64(y), float64(end)))
}

// SupportMap is z and log dz/dx of every number of x, whose columns have the supports s. Outside of its support a number has z = 0 and
// log dz/dx = −∞. With inverse it is x and log dx/dz of z instead; x is inside, whatever z is.
func SupportMap[T Float](s []Support, inverse bool, x, y, logSlope []T) {
	for i := 0; i < len(x); i += len(s) {
		for j, of := range s {
			if !inverse {
				p := of.forward(float64(x[i+j]))
				y[i+j], logSlope[i+j] = T(p.value), T(p.logSlope)
				continue
			}
			p := of.inverse(float64(x[i+j]))
			y[i+j], logSlope[i+j] = nearest[T](of, p.value), T(p.logSlope)
		}
	}
}

// SupportSlope is the gradient in x of SupportMap from those in y and logSlope.
func SupportSlope[T Float](s []Support, inverse bool, x, yUp, logSlopeUp, xUp []T) {
	for i := 0; i < len(x); i += len(s) {
		for j, of := range s {
			p := curvePoint{}
			if inverse {
				p = of.inverse(float64(x[i+j]))
			} else {
				p = of.forward(float64(x[i+j]))
			}
			xUp[i+j] = T(float64(yUp[i+j])*math.Exp(p.logSlope) + float64(logSlopeUp[i+j])*p.bend)
		}
	}
}
