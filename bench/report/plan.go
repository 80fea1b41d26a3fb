package main

import "math"

// How laps are shared out, so that a slow opponent does not take the time of all others.
const (
	fewLaps  = 3   // the least that a median is taken of
	twoLaps  = 2   // of what outlasts all patience
	spend    = 6   // laps of the usual length, the time that a contestant gets for whose figure no target is set
	rivals   = 1.5 // a peer within this of the fastest one, at the warm-up, may turn out to be the fastest
	patience = 20  // seconds: what takes longer runs two laps, whatever it is
)

// plan gives every round to the contestants that a target compares: the vital ones, and the fastest peers. The others run
// as many as their time allows, and a warm-up that was as long as a lap is the first of them.
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

// runs reports whether a racer takes part in a round: its laps are spread evenly over all.
func (r *racer) runs(round, rounds int) bool {
	return r.result.Error == "" && (round+1)*r.planned/rounds > round*r.planned/rounds
}
