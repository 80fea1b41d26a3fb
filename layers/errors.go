package layers

import (
	"fmt"
	"strings"
	"unicode"
)

// A SettingError reports a field of a layer's config that is out of range.
type SettingError struct {
	Layer     string // the Go type; "" for a config that several layers share
	Field     string // of the config; "" for the dimension
	Got, Want string
}

func (e *SettingError) Error() string {
	layer, field := e.Layer, e.Field
	if layer != "" {
		layer += ": "
	}
	if field == "" {
		field = "dim"
	}
	return fmt.Sprintf("layers: %s%s = %s, want %s", layer, field, e.Got, e.Want)
}

// Name is the field as model files spell it: scale_clamp, hidden[0], dim.
func (e *SettingError) Name() string {
	if e.Field == "" {
		return "dim"
	}
	var b strings.Builder
	for i, r := range e.Field {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func notPositive(layer, field string, got int) error {
	return &SettingError{layer, field, fmt.Sprint(got), "≥ 1"}
}
