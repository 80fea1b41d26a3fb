package train

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A fingerprint holds everything that determines what a fit computes, except the number of epochs, as names and
// readable values.
type fingerprint map[string]string

// fingerprint is f's fingerprint. It is computed once, since it reads all rows.
func (f *fit) fingerprint(ctx context.Context) (of fingerprint, err error) {
	if f.of == nil {
		f.of, err = f.describe(ctx)
	}
	return f.of, err
}

func (f *fit) describe(ctx context.Context) (fingerprint, error) {
	rows, err := f.feed.digest(ctx)
	if err != nil {
		return nil, err
	}
	validation := "none"
	if f.validation != nil {
		if validation, err = f.validation.digest(ctx); err != nil {
			return nil, err
		}
	}
	c := f.Trainer.config
	p := fingerprint{
		"optimizer":  described(c.Optimizer),
		"schedule":   described(c.Schedule),
		"loss":       described(c.Loss),
		"clip":       described(c.Clip),
		"ema":        fmt.Sprint(c.EMA),
		"composed":   fmt.Sprint(c.Composed),
		"rows":       rows,
		"validation": validation,
		"batch size": fmt.Sprint(f.config.BatchSize),
		"seed":       fmt.Sprint(f.config.Seed),
		"shuffle":    fmt.Sprint(!f.config.NoShuffle),
		"workers":    fmt.Sprint(f.config.Workers),
	}
	if f.config.ShuffleRows > 0 {
		p["shuffle rows"] = fmt.Sprint(f.config.ShuffleRows)
	}
	if f.validation != nil && f.config.ValidationFreq > 1 {
		p["validation every"] = fmt.Sprint(f.config.ValidationFreq, " epochs")
	}
	for i, penalty := range c.Penalties {
		p[fmt.Sprintf("penalty %d", i)] = described(penalty)
	}
	for i, param := range f.model.Params() {
		p[fmt.Sprintf("parameter %d", i)] = fmt.Sprintf("%s, %s%v, trained: %v", param.Name, param.Dtype(), []int(param.Shape()), param.Trainable)
	}
	for i, callback := range f.stateful() {
		p[fmt.Sprintf("callback %d", i)] = fmt.Sprintf("%T", callback)
	}
	return p, nil
}

// described is a value's type with its fields as JSON, or the type alone if it cannot be encoded.
func described(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		raw = nil
	}
	return fmt.Sprintf("%T%s", v, raw)
}

// digest is the shape of the data and a checksum of its rows and weights.
func (d *dataset) digest(ctx context.Context) (string, error) {
	_, dim := d.x.Dims()
	scratch, c := make([]float64, dim), checksum{}
	for i := range d.rows {
		if i%evaluateRows == 0 && ctx.Err() != nil {
			return "", ctx.Err()
		}
		c.add(d.Row(scratch, i))
	}
	return extent{d.rows, dim, c.sum}.String(), nil
}

// differs lists the entries of p, a checkpoint's fingerprint, that differ from want in an error that wraps ErrOtherFit;
// nil if there are none.
func (p fingerprint) differs(want fingerprint) error {
	var others []Difference
	for _, name := range slices.Sorted(maps.Keys(union(p, want))) {
		if got, want := p[name], want[name]; got != want {
			others = append(others, Difference{name, orNone(got), orNone(want)})
		}
	}
	if others == nil {
		return nil
	}
	return &OtherFitError{others}
}

func union(a, b fingerprint) fingerprint {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
