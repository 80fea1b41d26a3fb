package main

import (
	"regexp"
	"testing"
	"time"
)

// lapsOf returns how many laps each contestant runs, if its work takes as long as it reports.
func lapsOf(rounds int, contestants ...contestant) (laps []int) {
	m := newMeter(options{rounds: rounds, only: regexp.MustCompile("")})
	m.lap = 100 * time.Millisecond
	for _, r := range m.race("case", contestants) {
		laps = append(laps, r.Laps)
	}
	return laps
}

// lasting is a contestant that reports this time for its work, without working.
func lasting(seconds float64, outside, vital bool) contestant {
	return contestant{outside: outside, vital: vital, do: func(int) (lap, error) { return lap{seconds: seconds}, nil }}
}

func TestLapsAreSpentOnWhatATargetCompares(t *testing.T) {
	for _, c := range []struct {
		what string
		who  contestant
		want int
	}{
		{what: "a slow vital one", who: lasting(5, false, true), want: 11},
		{what: "one that outlasts all patience", who: lasting(60, false, true), want: twoLaps},
		{what: "an opponent inside, quick", who: lasting(0.1, false, false), want: spend},
		{what: "an opponent inside, slow", who: lasting(5, false, false), want: fewLaps},
		{what: "the fastest peer", who: lasting(0.9, true, false), want: 11},
		{what: "a peer near it", who: lasting(1.2, true, false), want: 11},
		{what: "a peer far behind", who: lasting(2, true, false), want: fewLaps},
	} {
		if got := lapsOf(11, c.who, lasting(1, true, false)); got[0] != c.want {
			t.Errorf("%s: %d laps, want %d", c.what, got[0], c.want)
		}
	}
	if got := lapsOf(2, lasting(5, false, false)); got[0] != 2 {
		t.Errorf("%d laps in 2 rounds, want 2", got[0])
	}
}

func TestFewLapsAreSpreadOverTheRounds(t *testing.T) {
	r := racer{planned: 3}
	var rounds []int
	for i := range 11 {
		if r.runs(i, 11) {
			rounds = append(rounds, i)
		}
	}
	if len(rounds) != 3 || rounds[1]-rounds[0] < 3 || rounds[2]-rounds[1] < 3 {
		t.Errorf("3 laps in rounds %v of 11, want them apart", rounds)
	}
}

func TestAllCoresAreAskedForOnce(t *testing.T) {
	all := newMeter(options{}).cores
	m := &meter{options: options{threads: []int{0, 1, all + 1}}}
	if got := m.settings(flowPeers[0]); len(got) != 3 {
		t.Errorf("%d settings, want all of the 3 that differ", len(got))
	}
}
