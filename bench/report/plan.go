package main

import "math"

// How laps are distributed, so that a slow contestant does not take the time of all others.
const (
	fewLaps  = 3   // the fewest laps for a median
	twoLaps  = 2   // laps of contestants slower than patience
	spend    = 6   // the time of a contestant for whose figure there is no target, in laps of the usual length
	rivals   = 1.5 // a peer that takes up to so many times as long as the fastest one at the warm-up may turn out to be the fastest
	patience = 20  // seconds: a contestant that takes longer runs two laps
)

// plan lets the contestants that a target compares run in every round: the vital ones, and the fastest peers. The others
// run as often as their time allows. A warm-up as long as a lap counts as the first lap.
func (m *meter) plan(racers []racer) {
	best := math.Inf(1)
	for _, r := range racers {
		if r.outside && r.result.Error == "" {
			best = min(best, r.seconds)
		}
	}
	for i := range racers {
		r := &racers[i]
		r.planned = m.rounds
		if (r.vital || r.outside && r.seconds <= rivals*best) && r.seconds < patience {
			continue
		}
		length := max(r.seconds*float64(r.length), 1e-9)
		r.planned = min(m.rounds, max(fewLaps, int(spend*m.lap.Seconds()/length)))
		if r.seconds >= patience {
			r.planned = min(m.rounds, twoLaps)
		}
		if r.seconds >= m.lap.Seconds() {
			r.laps = append(r.laps, r.seconds)
			r.planned--
		}
	}
}

// runs reports whether a racer runs in a round; its laps are spread evenly over all rounds.
func (r *racer) runs(round, rounds int) bool {
	return r.result.Error == "" && (round+1)*r.planned/rounds > round*r.planned/rounds
}
