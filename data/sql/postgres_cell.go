package sql

import (
	"bytes"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// postgresKind is the type of a column.
type postgresKind struct {
	oid      uint32
	modifier int32 // for times the digits after the second; −1 for all
}

// add adds a value, in the server's text form, to a block; nil is NULL.
func (k postgresKind) add(b *block, value []byte) {
	if value == nil {
		b.add()
		return
	}
	switch k.oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.Float4OID, pgtype.Float8OID, pgtype.NumericOID, pgtype.OIDOID:
		b.text = append(b.text, value...)
		if v, err := strconv.ParseFloat(string(value), 64); err == nil {
			b.addNumber(v)
		} else {
			b.add() // a decimal beyond the range of float64 stays text
		}
		return
	case pgtype.BoolOID:
		b.text = strconv.AppendBool(b.text, string(value) == "t")
	case pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.TimeOID:
		b.text = appendISO(b.text, value, k.digits())
	default:
		b.text = append(b.text, value...)
	}
	b.add()
}

// digits is how many digits after the second are written: 0, 3 or 6, which readers of times understand.
func (k postgresKind) digits() int {
	if k.modifier < 0 {
		return 6
	}
	return (int(k.modifier) + 2) / 3 * 3
}

// clockLength is the length of 15:04:05.
const clockLength = 8

// appendISO converts a time as Postgres writes it, 2006-01-02 15:04:05.5+02, to ISO 8601, 2006-01-02T15:04:05.500000+02:00, with
// the given number of digits after the second. Values without such a form, infinity and years before Christ, stay as they are.
func appendISO(dst, value []byte, digits int) []byte {
	day, clock, dated := bytes.Cut(value, []byte(" "))
	if !dated {
		day, clock = nil, value
	}
	if len(clock) < clockLength || clock[2] != ':' || bytes.HasSuffix(value, []byte(" BC")) {
		return append(dst, value...)
	}
	if dated {
		dst = append(append(dst, day...), 'T')
	}
	dst, rest := append(dst, clock[:clockLength]...), clock[clockLength:]
	fraction := 0 // length of the fraction of a second with its point
	if len(rest) > 0 && rest[0] == '.' {
		fraction = 1 + len(rest[1:]) - len(bytes.TrimLeft(rest[1:], "0123456789"))
	}
	if digits > 0 {
		dst = append(dst, '.')
		dst = append(dst, rest[min(1, fraction):fraction]...)
		for range digits - max(fraction-1, 0) {
			dst = append(dst, '0')
		}
	}
	return appendZone(dst, rest[fraction:])
}

// appendZone appends a time zone: Z for UTC, and with the minutes that Postgres leaves out if they are zero.
func appendZone(dst, zone []byte) []byte {
	switch {
	case string(zone) == "+00":
		return append(dst, 'Z')
	case len(zone) == len("+02"):
		return append(append(dst, zone...), ":00"...)
	}
	return append(dst, zone...)
}
