package layertest

import (
	"errors"
	"fmt"
	"testing"
)

// A rule is something that holds for every piece of a kind.
type rule struct {
	name  string
	says  string // what holds, and what it is for
	check func() error
}

// run checks each rule by itself, if the options are well.
func run(t *testing.T, options error, rules func() []rule) {
	t.Helper()
	if options != nil {
		t.Fatal(options)
	}
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			if err := r.broken(); err != nil {
				t.Error(err)
			}
		})
	}
}

// check is what is broken of all rules, or of the options.
func check(options error, rules func() []rule) error {
	if options != nil {
		return options
	}
	var errs []error
	for _, r := range rules() {
		errs = append(errs, r.broken())
	}
	return errors.Join(errs...)
}

// broken is how the rule is, in words, nil where it is not. A panic is a way to break any.
func (r rule) broken() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %s: panic: %v", r.name, r.says, p)
		}
	}()
	if err := r.check(); err != nil {
		return fmt.Errorf("%s: %s: %w", r.name, r.says, err)
	}
	return nil
}

// A setting is a number of options that is not negative.
type setting struct {
	name  string
	value float64
}

// validate reports a setting that is negative or no number, and an interval that is none.
func validate(options string, lo, hi float64, settings ...setting) error {
	for _, s := range settings {
		if !(s.value >= 0) {
			return fmt.Errorf("layertest: %s: %s = %v, want ≥ 0", options, s.name, s.value)
		}
	}
	if !(hi > lo) {
		return fmt.Errorf("layertest: %s: Lo = %v, Hi = %v, want Hi more than Lo", options, lo, hi)
	}
	return nil
}

// or is v, or its default where it is zero.
func or(v, fallback float64) float64 {
	if v == 0 {
		return fallback
	}
	return v
}
