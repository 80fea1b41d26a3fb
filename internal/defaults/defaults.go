// Package defaults defines what a zero field of a config means in the whole library: its default. Where zero itself is a
// sensible value but not the default, None stands for zero.
package defaults

import (
	"fmt"
	"reflect"
)

// None stands for zero in those fields of a config whose comment offers it; a plain zero stands for the default.
const None = -1

// Number is the constraint for the types of a config's numeric fields.
type Number interface{ int | int64 | float64 }

// Or is the meaning of a field v with the default d: d if v is zero, else v.
func Or[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// OrNone is Or for a field that offers None.
func OrNone[T Number](v, d T) T {
	if v == None {
		return 0
	}
	return Or(v, d)
}

// CheckNone reports a field that offers None and has another negative value, or NaN; where names its package and type,
// as "train: AdamW".
func CheckNone[T Number](where, field string, v T) error {
	if v >= 0 || v == None {
		return nil
	}
	return fmt.Errorf("%s: %s = %v, want ≥ 0 (0: the default) or None", where, field, v)
}

// IsNil reports a nil interface, or an interface that holds a nil pointer.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	}
	return false
}
