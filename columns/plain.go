package columns

import "math"

// A plain number is digits with at most one point among them and possibly a minus before them, as most cells of most tables are. It
// is read in one pass over its bytes; everything else is read by read.
type plain struct {
	text            string
	negative        bool
	whole, decimals int    // digits before and after the point
	digits          uint64 // the number made of all digits, if these are at most plainDigits
}

// plainDigits is how many decimal digits float64 always represents exactly, so that a single division rounds as strconv.ParseFloat
// does (W. Clinger, "How to read floating point numbers accurately" (1990)).
const plainDigits = 15

// tens are the powers of ten by which such numbers are divided.
var tens = func() (tens [plainDigits + 1]float64) {
	for i := range tens {
		tens[i] = math.Pow10(i)
	}
	return tens
}()

// plainly reads a plain number; ok is false if the cell is none.
func plainly(cell string) (p plain, ok bool) {
	if len(cell) == 0 || len(cell) > longestNumber {
		return p, false
	}
	p.text = cell
	if p.negative = cell[0] == '-'; p.negative {
		cell = cell[1:]
	}
	pointed := false
	for i := range len(cell) {
		switch c := cell[i]; {
		case isDigit(c):
			p.digits = 10*p.digits + uint64(c-'0')
			if p.whole++; pointed {
				p.whole--
				p.decimals++
			}
		case c == '.' && !pointed && i > 0:
			pointed = true
		default:
			return p, false
		}
	}
	return p, p.whole > 0 && pointed == (p.decimals > 0)
}

// grouped reports whether the point may separate groups of three digits, as in 1.234 where the decimal separator is a
// comma.
func (p *plain) grouped() bool { return p.decimals == 3 && p.whole <= 3 && !p.zero() }

// zero reports whether the first digit is 0.
func (p *plain) zero() bool {
	if p.negative {
		return p.text[1] == '0'
	}
	return p.text[0] == '0'
}

// padded reports whether a 0 stands before other digits, as in a code.
func (p *plain) padded() bool { return p.whole > 1 && p.zero() }

// value is the number, as strconv.ParseFloat rounds it.
func (p *plain) value() float64 {
	if p.whole+p.decimals > plainDigits {
		return Number(p.text)
	}
	v := float64(p.digits) / tens[p.decimals]
	if p.negative {
		return -v
	}
	return v
}

// exactDigits is how many digits always fit 64 bits.
const exactDigits = 19

// about is the number but for its last digits, in less time than value takes for a long one.
func (p *plain) about() float64 {
	if digits := p.whole + p.decimals; digits <= plainDigits || digits > exactDigits {
		return p.value()
	}
	v := float64(p.digits) / math.Pow10(p.decimals)
	if p.negative {
		return -v
	}
	return v
}

// reading is the number in the form that read returns, for its value or what it is about.
func (p *plain) reading(value float64) reading {
	r := reading{value: value, decimals: p.decimals, padded: p.padded(), significant: p.whole + p.decimals}
	if p.zero() {
		r.significant = significant(p.text)
	}
	r.single = r.significant >= fewestSingle && near(value) && single(p.value(), r.significant)
	return r
}
