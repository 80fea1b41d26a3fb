package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"gaussflow/columns"
	"gaussflow/mixed"
	"gaussflow/tabular"
)

// conditionOf reads a value of a column or, for a column without levels, a range low..high, one end of which may be omitted.
func conditionOf(c *columns.Column, text string) (mixed.Condition, error) {
	value, err := c.Parse(text)
	if err == nil && !math.IsNaN(value) {
		return mixed.Is(c.Name, value), nil
	}
	unread := fmt.Errorf("want a value of the column: %s", c.Describe())
	low, high, ranged := strings.Cut(text, "..")
	if !ranged || low+high == "" || len(c.Levels) > 0 {
		return mixed.Condition{}, unread
	}
	condition := mixed.Condition{Column: c.Name, Low: math.Inf(-1), High: math.Inf(1)}
	for _, end := range []struct {
		text string
		at   *float64
	}{{low, &condition.Low}, {high, &condition.High}} {
		if end.text == "" {
			continue
		}
		if *end.at, err = c.Parse(end.text); err != nil || math.IsNaN(*end.at) {
			return mixed.Condition{}, unread
		}
	}
	if condition.Low > condition.High {
		return mixed.Condition{}, errors.New("want the lower end first")
	}
	return condition, nil
}

// reaches reports whether a density can produce the given value, or one in the range. A condition by itself is either possible for
// all rows or for none, so one row suffices to show it.
func reaches(model *tabular.Model, c mixed.Condition) bool {
	_, err := model.Mixed.SampleGiven([]mixed.Condition{c}, 1, rand.New(rand.NewPCG(0, 0)))
	return err == nil
}
