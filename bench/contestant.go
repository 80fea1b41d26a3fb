package bench

import (
	"errors"
	"fmt"
	"time"

	"gaussflow/graph"
)

// A Work is a task at which contestants are timed.
type Work string

// The tasks.
const (
	Step       Work = "step"        // forward, backward and Adam on one batch of the shape
	LogProb    Work = "logprob"     // LogProb of Rows rows
	LogProbOne Work = "logprob_one" // LogProb of one row
	Sample     Work = "sample"      // Sample of Rows rows
	Trained    Work = "trained"     // Sample of Rows rows of the shape's flow after training
	WarmStart  Work = "warmstart"   // InitFrom on the shape's WarmRows rows
)

// Works are all of them, in the order of a report.
var Works = []Work{Step, LogProb, LogProbOne, Sample, Trained, WarmStart}

// Rows is the size of the table of LogProb and Sample.
const Rows = 4096

// A Run does the work once for every true that next returns. What it does before the first call (compiling, a first
// step) is not part of the work. Both *testing.B's Loop and a counter that starts a clock can be next.
type Run func(next func() bool) error

// Time is how long it takes to do the work n times.
func (r Run) Time(n int) (took time.Duration, err error) {
	var start time.Time
	i := 0
	err = r(func() bool {
		if i == 0 {
			start = time.Now()
		}
		i++
		if i <= n {
			return true
		}
		took = time.Since(start)
		return false
	})
	return took, err
}

// repeat makes a Run of a piece of work that can be repeated. It is done once beforehand.
func repeat(do func() error) Run {
	return func(next func() bool) error {
		err := do()
		for err == nil && next() {
			err = do()
		}
		return err
	}
}

// A Contestant is one way of computing a shape's flow. All have the same parameters and data.
type Contestant struct {
	Name  string
	works map[Work]maker
}

// A maker prepares a work. workers is the number of shards of a training batch; the other works use as many processors
// as GOMAXPROCS allows.
type maker func(s Shape, dtype graph.Dtype, workers int) (Run, error)

// Contestants are fused and composed graphs under our Program, the hand-written implementation, and the composed graph
// under Gorgonia's own machine and Adam.
var Contestants = []Contestant{
	{"fused", map[Work]maker{
		Step: fitStep(false), LogProb: readRows(Rows), LogProbOne: readRows(1), Sample: sampleRows(Shape.Flow), Trained: sampleRows(Shape.Trained), WarmStart: warmStart}},
	{"composed", map[Work]maker{
		Step: fitStep(true), LogProb: composedRows(Rows), LogProbOne: composedRows(1)}},
	{"manual", map[Work]maker{
		Step: manualStep, LogProb: manualRows(Rows), LogProbOne: manualRows(1)}},
	{"stock", map[Work]maker{
		Step: stockStep, LogProb: stockRows(Rows), LogProbOne: stockRows(1)}},
}

// Does reports whether c can do w on s: warm starts, and samples of the trained flow, need mixtures, and there is no
// hand-written implementation of splines.
func (c Contestant) Does(s Shape, w Work) bool {
	mixtures := s.Recipe == Mixtures || w != Trained && w != WarmStart
	return c.works[w] != nil && mixtures && !(c.Name == "manual" && s.Recipe == Splines)
}

// New prepares c for w on a shape, with workers ≥ 1 shards of a training batch. It returns an error that wraps
// errors.ErrUnsupported if c does not do w on s.
func (c Contestant) New(s Shape, dtype graph.Dtype, w Work, workers int) (Run, error) {
	if !c.Does(s, w) {
		return nil, fmt.Errorf("bench: %s: %s on %s: %w", c.Name, w, s.Name, errors.ErrUnsupported)
	}
	if workers < 1 {
		return nil, fmt.Errorf("bench: %s: workers = %d, want ≥ 1", c.Name, workers)
	}
	return c.works[w](s, dtype, workers)
}
