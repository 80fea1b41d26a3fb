package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"gaussflow/columns"
)

// textOf says how the values of a type are written as text, always exactly: integers with all digits, decimals with their
// point, dates and times in ISO 8601 (with Z if they are in UTC), text as it is, other bytes as appendBytes writes them.
func textOf(t parquet.Type) func(dst []byte, v parquet.Value) []byte {
	switch l := logical(t).(type) {
	case *format.DecimalType:
		return func(dst []byte, v parquet.Value) []byte { return appendDecimal(dst, unscaled(v), int(l.Scale)) }
	case *format.DateType:
		return func(dst []byte, v parquet.Value) []byte { return appendDate(dst, int64(v.Int32())) }
	case *format.TimeType:
		return func(dst []byte, v parquet.Value) []byte {
			return appendTime(dst, whole(v), perSecond(l.Unit), l.IsAdjustedToUTC)
		}
	case *format.TimestampType:
		return func(dst []byte, v parquet.Value) []byte {
			return appendTimestamp(dst, v.Int64(), perSecond(l.Unit), l.IsAdjustedToUTC)
		}
	case *format.UUIDType:
		return func(dst []byte, v parquet.Value) []byte { return appendUUID(dst, v.ByteArray()) }
	case *format.Float16Type:
		return func(dst []byte, v parquet.Value) []byte { return columns.AppendNumber(dst, half(v.ByteArray())) }
	case *format.StringType, *format.EnumType, *format.JsonType:
		return func(dst []byte, v parquet.Value) []byte { return append(dst, v.ByteArray()...) }
	}
	return textOfKind(t)
}

// textOfKind is textOf for types without a logical type.
func textOfKind(t parquet.Type) func(dst []byte, v parquet.Value) []byte {
	switch kind := t.Kind(); {
	case kind == parquet.Boolean:
		return func(dst []byte, v parquet.Value) []byte { return strconv.AppendBool(dst, v.Boolean()) }
	case kind == parquet.Int32 && unsigned(t):
		return func(dst []byte, v parquet.Value) []byte { return strconv.AppendUint(dst, uint64(v.Uint32()), 10) }
	case kind == parquet.Int64 && unsigned(t):
		return func(dst []byte, v parquet.Value) []byte { return strconv.AppendUint(dst, v.Uint64(), 10) }
	case kind == parquet.Int32 || kind == parquet.Int64:
		return func(dst []byte, v parquet.Value) []byte { return strconv.AppendInt(dst, whole(v), 10) }
	case kind == parquet.Float:
		return func(dst []byte, v parquet.Value) []byte { return columns.AppendNumber(dst, float64(v.Float())) }
	case kind == parquet.Double:
		return func(dst []byte, v parquet.Value) []byte { return columns.AppendNumber(dst, v.Double()) }
	case kind == parquet.Int96:
		return appendInt96
	}
	return func(dst []byte, v parquet.Value) []byte { return appendBytes(dst, v.Bytes()) }
}

// whole is the integer stored in a value of 32 or 64 bits.
func whole(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

// unscaled is the integer that a decimal stores.
func unscaled(v parquet.Value) *big.Int {
	if k := v.Kind(); k == parquet.Int32 || k == parquet.Int64 {
		return big.NewInt(whole(v))
	}
	return bigEndian(v.ByteArray())
}

// appendDecimal writes n·10^−scale with scale digits after the point.
func appendDecimal(dst []byte, n *big.Int, scale int) []byte {
	switch {
	case scale == 0:
		return n.Append(dst, 10)
	case scale < 0 || scale > maxScale:
		return fmt.Appendf(dst, "%dE%d", n, -scale)
	}
	digits := new(big.Int).Abs(n).Text(10)
	if n.Sign() < 0 {
		dst = append(dst, '-')
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	return append(append(append(dst, digits[:len(digits)-scale]...), '.'), digits[len(digits)-scale:]...)
}

// half is the value of a floating-point number of 16 bits: a sign, 5 bits of exponent, 10 of mantissa.
func half(b []byte) float64 {
	if len(b) != 2 {
		return math.NaN()
	}
	bits := uint64(binary.LittleEndian.Uint16(b))
	sign, exponent, mantissa := bits>>15, bits>>10&31, bits&1023
	v := math.Ldexp(float64(1024+mantissa), int(exponent)-25)
	switch exponent {
	case 0:
		v = math.Ldexp(float64(mantissa), -24)
	case 31:
		v = math.Float64frombits(0x7ff<<52 | mantissa<<42)
	}
	if sign == 1 {
		v = math.Copysign(v, -1)
	}
	return v
}

// maxScale limits the zeros that a file can ask for.
const maxScale = 1 << 10

// perSecond is how many units a second has.
func perSecond(u format.TimeUnit) int64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	}
	return 1e9
}

// divided is a = q·b + r, 0 ≤ r < b.
func divided(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

const daySeconds = 24 * 60 * 60

// appendDate writes a day, counted from 1970-01-01, in the Gregorian calendar; a year without exactly four digits gets a sign, as
// ISO 8601 requires.
func appendDate(dst []byte, days int64) []byte {
	year, month, day := time.Unix(days*daySeconds, 0).UTC().Date()
	if year < 0 || year > 9999 {
		return fmt.Appendf(dst, "%+05d-%02d-%02d", year, month, day)
	}
	return fmt.Appendf(dst, "%04d-%02d-%02d", year, month, day)
}

// appendTime writes a time of day in units of which a second has so many; a number outside a day is written as it is.
func appendTime(dst []byte, at, units int64, utc bool) []byte {
	if at < 0 || at >= daySeconds*units {
		return strconv.AppendInt(dst, at, 10)
	}
	return appendZone(appendClock(dst, at, units), utc)
}

// appendTimestamp writes a moment, counted from 1970-01-01T00:00:00.
func appendTimestamp(dst []byte, at, units int64, utc bool) []byte {
	seconds, rest := divided(at, units)
	days, second := divided(seconds, daySeconds)
	return appendZone(appendClock(append(appendDate(dst, days), 'T'), second*units+rest, units), utc)
}

func appendZone(dst []byte, utc bool) []byte {
	if utc {
		return append(dst, 'Z')
	}
	return dst
}

// appendClock writes hours, minutes, seconds and all digits of the unit.
func appendClock(dst []byte, at, units int64) []byte {
	second, rest := divided(at, units)
	dst = fmt.Appendf(dst, "%02d:%02d:%02d.", second/3600, second/60%60, second%60)
	for units /= 10; units > 0; units /= 10 {
		dst = append(dst, byte('0'+rest/units%10))
	}
	return dst
}

// appendInt96 writes a timestamp in the format that Parquet had before its logical types: 8 bytes of nanoseconds of the day, 4
// of the Julian day.
func appendInt96(dst []byte, v parquet.Value) []byte {
	const julian = 2440588 // 1970-01-01
	b := v.Bytes()
	nanoseconds, day := int64(binary.LittleEndian.Uint64(b)), int64(int32(binary.LittleEndian.Uint32(b[8:])))
	if nanoseconds < 0 || nanoseconds >= daySeconds*1e9 {
		return append(dst, v.String()...)
	}
	return appendClock(append(appendDate(dst, day-julian), 'T'), nanoseconds, 1e9)
}

func appendUUID(dst, b []byte) []byte {
	if len(b) != 16 {
		return appendBytes(dst, b)
	}
	return fmt.Appendf(dst, "%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// appendBytes writes bytes that need not be text: valid UTF-8 as it is, other bytes, control characters and the backslash as \x and
// two digits, so that the bytes can be recovered exactly.
func appendBytes(dst, b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r < ' ' || r == '\\' || r == 0x7f || r == utf8.RuneError && n == 1 {
			dst = fmt.Appendf(dst, `\x%02X`, b[0])
		} else {
			dst = append(dst, b[:n]...)
		}
		b = b[n:]
	}
	return dst
}
