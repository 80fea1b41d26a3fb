package main

import (
	"fmt"
	"os"
	"time"
)

// A contestant does its work n times and returns the time of one, and the time of compilation if there was any.
type contestant struct {
	who     string
	outside bool
	vital   bool    // there is a target for its figure, so it runs every lap
	size    float64 // the size that grows, in a section of a growth
	do      func(n int) (lap, error)
	value   func() float64 // optional: a number that results from the work, read after the race
}

type lap struct{ seconds, compile float64 }

// clocked is a contestant in this process.
func clocked(who string, do func(n int) (time.Duration, error)) contestant {
	return contestant{who: who, do: func(n int) (lap, error) {
		took, err := do(n)
		return lap{seconds: took.Seconds() / float64(n)}, err
	}}
}

// important makes c run every lap.
func important(c contestant) contestant {
	c.vital = true
	return c
}

// A racer is a contestant in a race.
type racer struct {
	contestant
	result  result
	seconds float64 // time of the work in the warm-up
	length  int     // how often the work is done in a lap
	planned int     // laps after the warm-up
	laps    []float64
}

// race runs the contestants of one case interleaved. A contestant that fails gives a result with its error.
func (m *meter) race(name string, contestants []contestant) []result {
	racers := make([]racer, len(contestants))
	for i, c := range contestants {
		racers[i] = m.warmUp(name, c)
	}
	m.plan(racers)
	for round := range m.rounds {
		for i := range racers {
			if racers[i].runs(round, m.rounds) {
				racers[i].run()
			}
		}
	}
	results := make([]result, len(racers))
	for i := range racers {
		results[i] = racers[i].finish()
	}
	return relate(results)
}

// warmUp does the work once, and again if it was so short that the first time may not be typical.
func (m *meter) warmUp(name string, c contestant) racer {
	r := racer{contestant: c, result: result{Case: name, Who: c.who, Outside: c.outside, Size: c.size}}
	l, err := c.do(1)
	r.result.Compile = l.compile
	if err == nil && l.seconds < m.lap.Seconds() {
		l, err = c.do(1)
	}
	r.result.fail(err)
	r.seconds, r.length = l.seconds, m.lapLength(l.seconds)
	return r
}

// lapLength is how often the work has to be done to fill a lap.
func (m *meter) lapLength(seconds float64) int {
	if !(seconds > 0) {
		return 1
	}
	return max(1, min(int(m.lap.Seconds()/seconds), 100_000))
}

// run is one lap.
func (r *racer) run() {
	l, err := r.do(r.length)
	r.result.fail(err)
	r.laps = append(r.laps, l.seconds)
}

func (r *racer) finish() result {
	if r.result.Error != "" {
		return r.result
	}
	r.result.fill(r.laps)
	if r.value != nil {
		r.result.Value = r.value()
	}
	fmt.Fprintf(os.Stderr, "  %-28s %-24s %s\n", r.result.Case, r.who, duration(r.result.Seconds))
	return r.result
}

func (r *result) fail(err error) {
	if err != nil {
		r.Error = err.Error()
		fmt.Fprintf(os.Stderr, "  %-28s %-24s %v\n", r.Case, r.Who, err)
	}
}
