package kernel

import "math"

// The functions that portable kernels spend their time in, over slices: loops without calls and without branches that depend on
// the data, whose steps a processor overlaps. They compute in float64 for either dtype, and in as many terms as its results have
// digits.

// exps replaces each x by eˣ.
func exps[T Float](x []float64) {
	if sizeOf[T]() == 4 {
		exps32(x)
	} else {
		exps64(x)
	}
}

// parts are e^(−t²/2) and R(|t|)/√(2π), whose product is Φ(−|t|), of each t. Beyond what tables cover the first is 0: kept at what
// it is at their end, it would count where a narrow component has a great 1/σ. The second stays what it is there, or NaN. Of t itself
// only the sign stays where it may be beyond all numbers: 0 times it would be no number.
func parts[T Float](t, bell, ratio []float64) {
	if sizeOf[T]() == 4 {
		parts32(t, bell, ratio)
	} else {
		parts64(t, bell, ratio)
	}
}

// blockSize is how many components the functions are given at a time: their arrays stay in the first-level cache.
const blockSize = 128

// eˣ is 2^(n/128)·eʳ, n the integer nearest to 128·x/log 2. Adding rounder leaves n in the low bits of the sum, whose lowest seven
// find 2^(n/128) in the table and whose others are added to its exponent.
const (
	rounder       = 0x1.8p52
	perPower      = 128 / math.Ln2
	powerLogHigh  = 6.93147180369123816490e-01 / 128 // log 2/128 in two parts: products of the first with n are exact
	powerLogLow   = 1.90821492927058770002e-10 / 128
	powerLog      = math.Ln2 / 128
	leastExponent = -708 // eˣ is a normal number from here
	mostExponent  = 709  // to here
)

// power is 2^(n/128), n in the low bits of sum.
func power(sum uint64) float64 { return math.Float64frombits(powerBits[sum&127] + sum>>7<<52) }

// exp32 is eˣ of leastExponent < x < mostExponent, relative error 4e-9.
func exp32(x float64) float64 {
	y := x * perPower
	n := y + rounder
	d, s := y-(n-rounder), power(math.Float64bits(n))
	return s + s*d*(powerLog+d*(powerLog*powerLog/2))
}

// exp64 is the same to 5e-16, and a fiftieth of that times |x|.
func exp64(x float64) float64 {
	n := x*perPower + rounder
	k := n - rounder
	r, s := (x-k*powerLogHigh)-k*powerLogLow, power(math.Float64bits(n))
	return s + s*r*(1+r*(1./2+r*(1./6+r*(1./24+r*(1./120)))))
}

func exps32(x []float64) {
	for i, v := range x {
		if v > leastExponent && v < mostExponent {
			x[i] = exp32(v)
		} else {
			x[i] = math.Exp(v)
		}
	}
}

func exps64(x []float64) {
	for i, v := range x {
		if v > leastExponent && v < mostExponent {
			x[i] = exp64(v)
		} else {
			x[i] = math.Exp(v)
		}
	}
}

// parts32 has relative errors of 5e-10 and 4e-9, on |t| up to 15.95. Both parts come from the row of the table next to 128|t| = n + d:
// e^(−t²/2) is that at n/128 times e^(−d(2n+d)/32768).
func parts32(t, bell, ratio []float64) {
	bell, ratio = bell[:len(t)], ratio[:len(t)]
	const perUnit = 128
	for i, v := range t {
		u := perUnit * absUpTo(v, float64(len(tailParts)-1)/perUnit)
		sum := u + rounder
		n := sum - rounder
		d, row := u-n, &tailParts[math.Float64bits(sum)%uint64(len(tailParts))]
		a := d * (u + n) * (-0.5 / (perUnit * perUnit))
		c, b := &bellStep, a*a
		bell[i] = row[0] * ((c[0] + c[1]*a) + b*((c[2]+c[3]*a)+b*c[4]))
		ratio[i] = row[1] + d*(row[2]+d*row[3])
	}
}

// parts64 has the digits of mills, on |t| up to √1380.
func parts64(t, bell, ratio []float64) {
	bell, ratio = bell[:len(t)], ratio[:len(t)]
	for i, v := range t {
		a := math.Abs(v)
		counts := upTo(a, 37.1)
		if a > 37.1 {
			a = 37.1
		}
		bell[i] = only(counts, exp64(-0.5*a*a))
		ratio[i] = invSqrt2Pi * mills(a)
		t[i] = only(counts|1<<63, v)
	}
}

// absUpTo is |v|, or most > 0 if that is less, and NaN of NaN, without a jump: floats of one sign are ordered as their bits are.
func absUpTo(v, most float64) float64 {
	b, last := math.Float64bits(v)&^(1<<63), math.Float64bits(most)
	if b-last <= infinityBits-last {
		b = last
	}
	return math.Float64frombits(b)
}

const infinityBits = 0x7ff << 52

// upTo has all bits set where a ≥ 0 is at most b, none where it is more or not a number: floats of one sign are ordered as their
// bits are.
func upTo(a, b float64) uint64 {
	return uint64(int64(math.Float64bits(a)-math.Float64bits(b)-1) >> 63)
}

// only is v where all bits are set, 0 where none are.
func only(bits uint64, v float64) float64 { return math.Float64frombits(math.Float64bits(v) & bits) }

// logOf is log x of a normal positive x, with an error of 5e-16 of 1 or of itself, whichever is more: with 1/c and −log of it at
// the multiple of 1/128 next to x's fraction, log(x/c) is a short series. What it is of another x is no use, and no panic.
func logOf(x float64) float64 {
	const fraction = 1<<52 - 1
	b := math.Float64bits(x)
	m := math.Float64frombits(b&fraction | 1023<<52)
	part := &logParts[(b&fraction+1<<44)>>45]
	r := m*part[0] - 1
	e := float64(int64(b>>52) - 1023)
	return (e*math.Ln2 + part[1]) + (r + r*r*(-1./2+r*(1./3+r*(-1./4+r*(1./5+r*(-1./6+r*(1./7)))))))
}
