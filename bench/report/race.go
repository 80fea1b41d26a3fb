package main

import (
	"fmt"
	"os"
	"time"
)

// A contestant of a race does its work n times and says how long one took, and what it compiled for the first time.
type contestant struct {
	who     string
	outside bool
	do      func(n int) (lap, error)
	value   func() float64 // optional: a number that comes with the work, read after the race
}

type lap struct{ seconds, compile float64 }

// clocked is a contestant of this process.
func clocked(who string, do func(n int) (time.Duration, error)) contestant {
	return contestant{who: who, do: func(n int) (lap, error) {
		took, err := do(n)
		return lap{seconds: took.Seconds() / float64(n)}, err
	}}
}

// race runs the contestants of one case interleaved. One that fails is a result with its error.
func (m *meter) race(name string, contestants []contestant) []result {
	results := make([]result, len(contestants))
	laps := make([][]float64, len(contestants))
	lengths := make([]int, len(contestants))
	for i, c := range contestants { // warm-up
		results[i] = result{Case: name, Who: c.who, Outside: c.outside}
		l, err := c.do(1)
		results[i].Compile = l.compile
		if err == nil && l.seconds < m.lap.Seconds() { // short enough that the first time was not the usual one
			l, err = c.do(1)
		}
		results[i].fail(err)
		lengths[i] = m.lapLength(l.seconds)
	}
	for range m.rounds {
		for i, c := range contestants {
			if results[i].Error != "" {
				continue
			}
			l, err := c.do(lengths[i])
			results[i].fail(err)
			laps[i] = append(laps[i], l.seconds)
		}
	}
	for i, c := range contestants {
		if results[i].Error != "" {
			continue
		}
		results[i].fill(laps[i])
		if c.value != nil {
			results[i].Value = c.value()
		}
		fmt.Fprintf(os.Stderr, "  %-28s %-24s %s\n", name, c.who, duration(results[i].Seconds))
	}
	return relate(results)
}

// lapLength is how many times the work fills a lap.
func (m *meter) lapLength(seconds float64) int {
	if !(seconds > 0) {
		return 1
	}
	return max(1, min(int(m.lap.Seconds()/seconds), 100_000))
}

func (r *result) fail(err error) {
	if err != nil {
		r.Error = err.Error()
		fmt.Fprintf(os.Stderr, "  %-28s %-24s %v\n", r.Case, r.Who, err)
	}
}
