// Package defaults is what a zero field of a config means, in the whole library: its default. Where zero itself would be a
// sensible value and is not the default, None says zero.
package defaults

import (
	"fmt"
	"reflect"
)

// None is zero, in those fields of a config whose comment offers it: their own zero means their default.
const None = -1

// Number is a type of a config's field.
type Number interface{ int | int64 | float64 }

// Or is what a field v means: d where it is zero.
func Or[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// OrNone is Or of a field that offers None.
func OrNone[T Number](v, d T) T {
	if v == None {
		return 0
	}
	return Or(v, d)
}

// CheckNone reports a field that offers None and has another negative value, or NaN; where is its package and type, as
// "train: AdamW".
func CheckNone[T Number](where, field string, v T) error {
	if v >= 0 || v == None {
		return nil
	}
	return fmt.Errorf("%s: %s = %v, want ≥ 0 (0: the default) or None", where, field, v)
}

// IsNil reports a value that is not there, be it as an interface or as a pointer in one.
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
