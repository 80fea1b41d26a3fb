// Package strictjson reads JSON without duplicate names or trailing text.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Unmarshal is json.Unmarshal for text that must be a single value, in which no object has a name twice: encoding/json takes the
// last of such members, other parsers the first. If known is true, a name for which v has no field is an error too.
func Unmarshal(text []byte, v any, known bool) error {
	if err := check(text); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if known {
		d.DisallowUnknownFields()
	}
	return named(d.Decode(v))
}

// An UnknownError reports a member for which a value has no field.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string { return fmt.Sprintf("unknown field %q", e.Name) }

// A WordError reports a word that is none of those that a setting can have.
type WordError struct {
	Where string // the setting, for callers in Go: "graph: Dtype"
	Name  string // what it is called in a file
	Got   string
	Known []string
}

// CheckWord returns a WordError if got is none of the known words.
func CheckWord[T ~string](where, name string, got T, known []T) error {
	if slices.Contains(known, got) {
		return nil
	}
	e := &WordError{Where: where, Name: name, Got: string(got)}
	for _, k := range known {
		e.Known = append(e.Known, string(k))
	}
	return e
}

func (e *WordError) Error() string {
	return fmt.Sprintf("%s = %q, want one of %q", e.Where, e.Got, e.Known)
}

// A TwiceError reports a name that occurs twice in one object.
type TwiceError struct{ Name string }

func (e *TwiceError) Error() string {
	return fmt.Sprintf("the name %q comes twice in an object", e.Name)
}

// A TrailingError reports text after the value.
type TrailingError struct{ Text string }

func (e *TrailingError) Error() string {
	return fmt.Sprintf("there is something after the JSON value: %.20q", e.Text)
}

// named gives a type to the one error of encoding/json that has none.
func named(err error) error {
	if err == nil {
		return nil
	}
	if quoted, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		if name, errQuoted := strconv.Unquote(quoted); errQuoted == nil {
			return &UnknownError{name}
		}
	}
	return err
}

// A level is an object or an array that has been opened but not closed.
type level struct {
	names map[string]bool // nil for an array
	name  bool            // a name is expected next
}

// check checks text token by token.
func check(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var open []level
	for values := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 && values == 1 {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if len(open) == 0 {
			if values++; values > 1 {
				return &TrailingError{fmt.Sprint(token)}
			}
		}
		if n := len(open) - 1; n >= 0 && open[n].name {
			if name, ok := token.(string); ok {
				if open[n].names[name] {
					return &TwiceError{name}
				}
				open[n].names[name], open[n].name = true, false
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{map[string]bool{}, true})
			continue
		case json.Delim('['):
			open = append(open, level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if n := len(open) - 1; n >= 0 { // a value is complete
			open[n].name = open[n].names != nil
		}
	}
}
