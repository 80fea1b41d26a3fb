package columns

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"gaussflow/internal/counted"
	"gaussflow/internal/defaults"
	"gaussflow/internal/strictjson"
)

// maxSchema limits the size of a schema's JSON, in bytes.
const maxSchema = 64 << 20

// Write writes the schema as JSON that a person can edit and Read can read.
func (s *Schema) Write(w io.Writer) error {
	if defaults.IsNil(w) {
		return &SchemaError{What: "there is nothing to write to"}
	}
	if err := s.Validate(); err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(s)
}

// Read reads the JSON of a schema, which a person may have edited. It accepts each name once and no unknown ones. A *SchemaError
// says where something is wrong.
func Read(r io.Reader) (*Schema, error) {
	if defaults.IsNil(r) {
		return nil, &SchemaError{What: "there is nothing to read"}
	}
	text, err := io.ReadAll(io.LimitReader(r, maxSchema+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSchema {
		return nil, &SchemaError{What: fmt.Sprintf("is longer than %d bytes", maxSchema)}
	}
	var s Schema
	if err = strictjson.Unmarshal(text, &s, true); err != nil {
		return nil, unread(text, err)
	}
	if err = s.Validate(); err != nil {
		return nil, err
	}
	return &s, nil
}

// unread explains an error of the JSON decoder, with the line if that is known.
func unread(text []byte, err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return &SchemaError{Where: lineOf(text, syntax.Offset), What: syntax.Error()}
	case errors.As(err, &wrong):
		return &SchemaError{Where: lineOf(text, wrong.Offset), What: strictjson.Mistyped(wrong)}
	}
	return &SchemaError{What: err.Error()}
}

func lineOf(text []byte, offset int64) string {
	at := min(max(offset, 0), int64(len(text)))
	return fmt.Sprintf("line %d", 1+strings.Count(string(text[:at]), "\n"))
}

// Validate reports an inconsistency in a schema, as a *SchemaError that says where it is.
func (s *Schema) Validate() error {
	if s == nil {
		return &SchemaError{What: "is nil"}
	}
	if len(s.Columns) == 0 {
		return &SchemaError{What: "has no columns"}
	}
	seen := make(map[string]*Column, len(s.Columns))
	for i := range s.Columns {
		c := &s.Columns[i]
		where := fmt.Sprintf("column %d, %q", i+1, c.Name)
		if seen[c.Name] != nil && (c.Kind != Ignored || seen[c.Name].Kind != Ignored) {
			return &SchemaError{where, "has the name of another, want each name once"}
		}
		seen[c.Name] = c
		if what := c.wrong(); what != "" {
			return &SchemaError{where, what}
		}
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		if what := c.unrelated(seen); c.Kind == Derived && what != "" {
			return &SchemaError{fmt.Sprintf("column %d, %q", i+1, c.Name), what}
		}
	}
	return nil
}

// wrong says what is wrong with a column by itself; "" if nothing is.
func (c *Column) wrong() string {
	numbers := []float64{c.Step, c.Min, c.Max}
	for _, b := range []*float64{c.Lower, c.Upper} {
		if b != nil {
			numbers = append(numbers, *b)
		}
	}
	for _, a := range c.Atoms {
		if numbers = append(numbers, a.Value, a.Share); a.Share < 0 || a.Share > 1 {
			return fmt.Sprintf("atom %g has share %g, want 0 to 1", a.Value, a.Share)
		}
	}
	for _, v := range numbers {
		if v-v != 0 {
			return fmt.Sprintf("holds %g, want finite numbers", v)
		}
	}
	switch {
	case !slices.Contains(kinds, c.Kind):
		return fmt.Sprintf("kind %q is not known, want one of %q", c.Kind, kinds)
	case c.Missing < 0:
		return fmt.Sprintf("missing %d, want 0 or more", c.Missing)
	case c.Step < 0:
		return fmt.Sprintf("step %g, want 0 or more", c.Step)
	case c.Kind == Grid && c.Step == 0:
		return "is a grid without a step, want a step above 0"
	case c.Min > c.Max:
		return fmt.Sprintf("min %g is above max %g", c.Min, c.Max)
	case c.Lower != nil && c.Upper != nil && *c.Lower > *c.Upper:
		return fmt.Sprintf("lower %g is above upper %g", *c.Lower, *c.Upper)
	case (c.Kind == Time || c.Form.Layout != "") && !c.Form.readsBack():
		return fmt.Sprintf("the layout %q is none of a time, want one as 2006-01-02 15:04:05", c.Form.Layout)
	case c.Form.Decimal != "" && c.Form.Decimal != "," && c.Form.Decimal != ".":
		return fmt.Sprintf("decimal %q, want a point or a comma", c.Form.Decimal)
	case c.Form.Exponent != "" && c.Form.Exponent != "e" && c.Form.Exponent != "E":
		return fmt.Sprintf("exponent %q, want e or E", c.Form.Exponent)
	case c.Form.Negative != "" && !c.Form.negates():
		return fmt.Sprintf("negative %q does not say how a number below 0 is written, want one as (1) or 1-, with the prefix and the suffix", c.Form.Negative)
	case c.Form.Decimals < -1 || c.Form.Decimals > maxDecimals:
		return fmt.Sprintf("decimals %d, want 0 to %d, or -1 for as many as it takes", c.Form.Decimals, maxDecimals)
	case !c.Form.thousands():
		return fmt.Sprintf("multiples %q, want names of a thousand, a million and so on, as K,M", c.Form.Multiples)
	case c.Form.Significant < 0 || c.Form.Places < 0:
		return fmt.Sprintf("significant %d and places %d, want 0 or more", c.Form.Significant, c.Form.Places)
	}
	return c.wrongLevels()
}

// wrongLevels says what is wrong with the levels.
func (c *Column) wrongLevels() string {
	if n := len(c.Levels); c.Kind == Boolean && n != 2 || c.Kind == Category && n == 0 {
		return fmt.Sprintf("is a %s of %s, want %s", c.Kind, counted.Of(n, "level"), map[Kind]string{Boolean: "two", Category: "one at least"}[c.Kind])
	}
	seen := make(map[string]bool, len(c.Levels))
	for _, l := range c.Levels {
		if seen[l.Text] {
			return fmt.Sprintf("has the level %q twice", l.Text)
		}
		seen[l.Text] = true
	}
	return ""
}

// readsBack reports whether a time written by the layout can be read by it.
func (f *Form) readsBack() bool {
	const moment = 1e9
	for _, layout := range append(f.others(), f.Layout) {
		if _, ok := seconds(string(appendTime(nil, moment, layout)), layout); !ok || layout == "" {
			return false
		}
	}
	return true
}

// thousands reports whether Multiples are names of powers of a thousand, in their order.
func (f *Form) thousands() bool {
	for i, name := range strings.Split(f.Multiples, ",") {
		if power, ok := multiple(name); !ok || power != 0 && power != i+1 {
			return false
		}
	}
	return true
}

// negates reports whether a negative number written as Negative says is read as one.
func (f *Form) negates() bool {
	const below = -2.5
	plain := Form{Prefix: f.Prefix, Suffix: f.Suffix, Negative: f.Negative, Decimals: 1}
	r, ok := read(string(plain.append(nil, below)), false)
	return ok && r.value == below && r.prefix == f.Prefix && r.suffix == f.Suffix
}

// unrelated says what is wrong with the relation of a derived column.
func (c *Column) unrelated(columns map[string]*Column) string {
	r := c.Relation
	switch {
	case r == nil || len(r.From) == 0:
		return "is derived, want a relation to other columns"
	case len(r.From) != len(r.Factors):
		return fmt.Sprintf("has a relation of %s and %s, want one each", counted.Of(len(r.From), "column"), counted.Of(len(r.Factors), "factor"))
	case !(r.Missing >= 0 && r.Missing <= 1):
		return fmt.Sprintf("has a relation with %g of the rows missing, want 0 to 1", r.Missing)
	case !(r.Tolerance >= 0) || math.IsInf(r.Tolerance, 0) || r.Offset-r.Offset != 0:
		return fmt.Sprintf("has a relation with offset %g and tolerance %g, want finite numbers, and no tolerance below 0", r.Offset, r.Tolerance)
	}
	for i, name := range r.From {
		of := columns[name]
		switch {
		case of == nil:
			return fmt.Sprintf("is made of %q, which is no column", name)
		case !of.related():
			return fmt.Sprintf("is made of %q, which is %s, want numbers, a grid or a time", name, of.Kind)
		case r.Factors[i]-r.Factors[i] != 0:
			return fmt.Sprintf("has the factor %g, want finite numbers", r.Factors[i])
		}
	}
	return ""
}
