package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// scalar is an optimizer of a single number, written from its paper; step counts from 1, and memory holds its state.
type scalar func(p, g float64, step int, memory map[string]float64) float64

const testRate = 0.1

func sgdOf(momentum float64, nesterov bool) scalar {
	return func(p, g float64, _ int, m map[string]float64) float64 {
		m["v"] = momentum*m["v"] - testRate*g
		if nesterov {
			return p + momentum*m["v"] - testRate*g
		}
		return p + m["v"]
	}
}

// rmsPropOf is RMSProp as in Keras: ε is under the root, and momentum accumulates steps.
func rmsPropOf(rho, momentum, eps float64) scalar {
	return func(p, g float64, _ int, m map[string]float64) float64 {
		m["ms"] = rho*m["ms"] + (1-rho)*g*g
		m["mom"] = momentum*m["mom"] + testRate*g/math.Sqrt(m["ms"]+eps)
		return p - m["mom"]
	}
}

// adamOf is algorithm 1 of Kingma & Ba with Keras's place for ε (their "ε hat", section 2), and Keras's AMSGrad,
// which keeps the largest second moment without its bias correction.
func adamOf(beta1, beta2, eps, decay float64, amsgrad bool) scalar {
	return func(p, g float64, step int, m map[string]float64) float64 {
		p -= testRate * decay * p
		m["m"] = beta1*m["m"] + (1-beta1)*g
		m["v"] = beta2*m["v"] + (1-beta2)*g*g
		second := m["v"]
		if amsgrad {
			m["max"] = math.Max(m["max"], second)
			second = m["max"]
		}
		correction := math.Sqrt(1-math.Pow(beta2, float64(step))) / (1 - math.Pow(beta1, float64(step)))
		return p - testRate*correction*m["m"]/(math.Sqrt(second)+eps)
	}
}

var optimizers = map[string]struct {
	ours  train.Optimizer
	naive scalar
}{
	"SGD":              {train.SGD{}, sgdOf(0, false)},
	"momentum":         {train.SGD{Momentum: 0.9}, sgdOf(0.9, false)},
	"Nesterov":         {train.SGD{Momentum: 0.8, Nesterov: true}, sgdOf(0.8, true)},
	"RMSProp":          {train.RMSProp{}, rmsPropOf(0.9, 0, 1e-7)},
	"RMSProp momentum": {train.RMSProp{Rho: 0.8, Momentum: 0.5, Epsilon: 1e-3}, rmsPropOf(0.8, 0.5, 1e-3)},
	"Adam":             {train.Adam{}, adamOf(0.9, 0.999, 1e-7, 0, false)},
	"Adam of others":   {train.Adam{Beta1: 0.5, Beta2: 0.7, Epsilon: 1e-2}, adamOf(0.5, 0.7, 1e-2, 0, false)},
	"AMSGrad":          {train.Adam{Beta2: 0.5, AMSGrad: true}, adamOf(0.9, 0.5, 1e-7, 0, true)},
	"AdamW":            {train.AdamW{}, adamOf(0.9, 0.999, 1e-7, 0.004, false)},
	"AdamW of 0.3":     {train.AdamW{WeightDecay: 0.3}, adamOf(0.9, 0.999, 1e-7, 0.3, false)},
}

// testGrads are gradients of both signs and very different sizes, with a peak after which AMSGrad differs from Adam.
var testGrads = [][]float64{{1, -0.3, 1e-4}, {-2, -0.3, 3}, {0.1, 5, 0}, {0.01, -0.2, -1e-3}, {0, 0, 0}, {7, 1, -1}}

func TestOptimizers(t *testing.T) {
	for name, o := range optimizers {
		t.Run(name, func(t *testing.T) {
			rules := o.ours.Rules()
			p, p32 := []float64{1, -2, 0.5}, []float32{1, -2, 0.5}
			state, state32 := make([][]float64, o.ours.Slots()), make([][]float32, o.ours.Slots())
			for i := range state {
				state[i], state32[i] = make([]float64, 3), make([]float32, 3)
			}
			want := []float64{1, -2, 0.5}
			memory := []map[string]float64{{}, {}, {}}
			for step, g := range testGrads {
				g32 := make([]float32, 3)
				for i, v := range g {
					g32[i] = float32(v)
					want[i] = o.naive(want[i], v, step+1, memory[i])
				}
				rules.Float64(train.Part[float64]{Name: "w", Values: p, Grad: g, State: state}, testRate, step+1)
				rules.Float32(train.Part[float32]{Name: "w", Values: p32, Grad: g32, State: state32}, testRate, step+1)
				near(t, "parameters", p, want, 1e-14)
				near(t, "float32 parameters", []float64{float64(p32[0]), float64(p32[1]), float64(p32[2])}, want, 2e-6)
			}
		})
	}
}

// TestFirstAdamStep: in the first step m/√v is ±1, so Adam moves by the learning rate, whatever the gradient's size.
func TestFirstAdamStep(t *testing.T) {
	for _, g := range []float64{1e-3, 1, 1e3} {
		p := []float64{0}
		part := train.Part[float64]{Name: "w", Values: p, Grad: []float64{g}, State: [][]float64{{0}, {0}}}
		train.Adam{Epsilon: 1e-15}.Rules().Float64(part, 0.01, 1)
		near(t, "the step", p, []float64{-0.01}, 1e-9)
	}
}

// TestAdamWSuffix: only parameters with the suffix decay.
func TestAdamWSuffix(t *testing.T) {
	o := train.AdamW{WeightDecay: 0.5, Suffix: ".kernel"}
	for name, want := range map[string]float64{"mlp.dense0.kernel": 2 * (1 - 0.1*0.5), "mlp.dense0.bias": 2} {
		p := []float64{2}
		o.Rules().Float64(train.Part[float64]{Name: name, Values: p, Grad: []float64{0}, State: [][]float64{{0}, {0}}}, 0.1, 1)
		near(t, name, p, []float64{want}, 1e-15)
	}
}

// TestFitIsTheLoop compares each optimizer in Fit, with a partial last batch, with the plain loop; step counts, learning
// rates and the mean losses in the history must all be right.
func TestFitIsTheLoop(t *testing.T) {
	x := someRows(25, 1)
	for name, o := range optimizers {
		t.Run(name, func(t *testing.T) {
			m := newGaussian(graph.Float64)
			tr := newTrainer(t, m, train.Config{Optimizer: o.ours, Schedule: train.Constant{Rate: testRate}})
			h := fit(t, tr, x, train.FitConfig{Epochs: 3, BatchSize: 10, NoShuffle: true, Workers: 1})

			memory := []map[string]float64{{}, {}, {}, {}}
			l := &loop{theta: make([]float64, 4), update: func(l *loop, grad []float64) {
				for i, g := range grad {
					l.theta[i] = o.naive(l.theta[i], g, l.step, memory[i])
				}
			}}
			var losses []float64
			for range 3 {
				losses = append(losses, l.epoch(x, nil, 10))
			}
			near(t, "losses", h.Loss, losses, 1e-12)
			near(t, "parameters", m.theta(), l.theta, 1e-12)
		})
	}
}

func TestClip(t *testing.T) {
	x := someRows(40, 2)
	norm := func(v ...float64) (s float64) {
		for _, e := range v {
			s += e * e
		}
		return math.Sqrt(s)
	}
	for name, c := range map[string]struct {
		clip  train.Clip
		naive func(g []float64)
	}{
		"value": {train.Clip{Value: 0.05}, func(g []float64) {
			for i, v := range g {
				g[i] = math.Copysign(math.Min(math.Abs(v), 0.05), v)
			}
		}},
		"norm": {train.Clip{Norm: 0.3}, func(g []float64) {
			for _, part := range [][]float64{g[:2], g[2:]} { // each parameter is clipped by its own norm
				if n := norm(part...); n > 0.3 {
					part[0], part[1] = part[0]*0.3/n, part[1]*0.3/n
				}
			}
		}},
		"global norm": {train.Clip{GlobalNorm: 0.3}, func(g []float64) {
			if n := norm(g...); n > 0.3 {
				for i := range g {
					g[i] *= 0.3 / n
				}
			}
		}},
		"loose": {train.Clip{GlobalNorm: 1e6}, func([]float64) {}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newGaussian(graph.Float64)
			tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{LearningRate: testRate}, Clip: c.clip})
			fit(t, tr, x, train.FitConfig{Epochs: 4, BatchSize: 40, NoShuffle: true})
			l := &loop{theta: make([]float64, 4), update: func(l *loop, g []float64) { c.naive(g); descend(testRate)(l, g) }}
			plain := &loop{theta: make([]float64, 4), update: descend(testRate)}
			for range 4 {
				l.epoch(x, nil, 40)
				plain.epoch(x, nil, 40)
			}
			near(t, "parameters", m.theta(), l.theta, 1e-12)
			if bites := math.Abs(plain.theta[0]-l.theta[0]) > 1e-6; bites != (name != "loose") {
				t.Errorf("the bound changes the fit: %v", bites)
			}
		})
	}
}

func TestSchedules(t *testing.T) {
	exponential := train.Exponential{Initial: 0.1, DecaySteps: 100, DecayRate: 0.5}
	stairs := exponential
	stairs.Staircase = true
	cosine := train.Cosine{Peak: 1, Floor: 0.2, WarmupSteps: 4, DecaySteps: 10}
	piecewise := train.Piecewise{Boundaries: []int{3, 5}, Rates: []float64{1, 0.5, 0.1}}
	for name, c := range map[string]struct {
		schedule train.Schedule
		at       map[int]float64
	}{
		"constant":    {train.Constant{Rate: 0.3}, map[int]float64{0: 0.3, 7: 0.3}},
		"exponential": {exponential, map[int]float64{0: 0.1, 50: 0.1 * math.Sqrt(0.5), 100: 0.05, 300: 0.0125}},
		"staircase":   {stairs, map[int]float64{0: 0.1, 99: 0.1, 100: 0.05, 199: 0.05, 200: 0.025}},
		// a warm-up in four steps, the peak, the midpoint, the floor, and the floor for ever
		"cosine":    {cosine, map[int]float64{0: 0.25, 1: 0.5, 3: 1, 4: 1, 9: 0.6, 14: 0.2, 1000: 0.2}},
		"piecewise": {piecewise, map[int]float64{0: 1, 3: 1, 4: 0.5, 5: 0.5, 6: 0.1, 100: 0.1}}, // like Keras: the boundary step still has the earlier rate
	} {
		errtest.None(t, c.schedule.Validate())
		for step, want := range c.at {
			near(t, name, []float64{c.schedule.At(step)}, []float64{want}, 1e-15)
		}
	}
}

// TestScheduleInFit: the step of a schedule counts batches across epochs and across calls of Fit, and the history holds the
// rate of each epoch's last step.
func TestScheduleInFit(t *testing.T) {
	x := someRows(30, 3)
	s := train.Exponential{Initial: 0.1, DecaySteps: 2, DecayRate: 0.5}
	m := newGaussian(graph.Float64)
	tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{}, Schedule: s})
	var rates []float64
	for range 2 {
		rates = append(rates, fit(t, tr, x, train.FitConfig{Epochs: 2, BatchSize: 10, NoShuffle: true}).LearningRate...)
	}
	near(t, "rates", rates, []float64{s.At(2), s.At(5), s.At(8), s.At(11)}, 1e-15)
	near(t, "next rate", []float64{tr.LearningRate()}, []float64{s.At(12)}, 1e-15)
	l := &loop{theta: make([]float64, 4), update: func(l *loop, g []float64) { descend(s.At(l.step-1))(l, g) }}
	for range 4 {
		l.epoch(x, nil, 10)
	}
	near(t, "parameters", m.theta(), l.theta, 1e-12)
}

// TestEMA: the fit leaves the averaged parameters, but takes its steps from the parameters that are not averaged.
func TestEMA(t *testing.T) {
	const momentum = 0.5
	x := someRows(30, 4)
	m := newGaussian(graph.Float64)
	tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{LearningRate: testRate}, EMA: momentum})
	h := fit(t, tr, x, train.FitConfig{Epochs: 3, BatchSize: 10, NoShuffle: true, ValidationData: x})

	average := make([]float64, 4)
	l := &loop{theta: make([]float64, 4), update: func(l *loop, g []float64) {
		descend(testRate)(l, g)
		keep := math.Min(momentum, float64(1+l.step)/float64(10+l.step))
		for i, p := range l.theta {
			average[i] = keep*average[i] + (1-keep)*p
		}
	}}
	all := make([]int, 30)
	for i := range all {
		all[i] = i
	}
	var losses, valLosses []float64
	for range 3 {
		losses = append(losses, l.epoch(x, nil, 10))
		v, _ := lossAndGrad(average, x, nil, all)
		valLosses = append(valLosses, v)
	}
	near(t, "losses", h.Loss, losses, 1e-12)
	near(t, "validation losses", h.ValLoss, valLosses, 1e-12)
	near(t, "parameters", m.theta(), average, 1e-12)
}

// broken is an optimizer with one fault.
type broken struct {
	train.SGD
	rules train.Rules
	slots int
}

func (o broken) Rules() train.Rules { return o.rules }
func (o broken) Slots() int         { return o.slots }

// TestBrokenOptimizers: the error names the optimizer, or is its own, and no goroutine panics.
func TestBrokenOptimizers(t *testing.T) {
	whole := train.SGD{}.Rules()
	for words, o := range map[string]broken{
		"no rule for one of the types": {rules: train.Rules{Float64: whole.Float64}},
		"has -1 slots":                 {rules: whole, slots: -1},
	} {
		if _, err := train.New(newGaussian(graph.Float64), train.Config{Optimizer: o}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want an error with %q", err, words)
		}
	}
	whole.Float64 = func(train.Part[float64], float64, int) { panic("out of ideas") }
	tr := newTrainer(t, newGaussian(graph.Float64), train.Config{Optimizer: broken{rules: whole}})
	for _, workers := range []int{1, 3} {
		if _, err := tr.Fit(context.Background(), someRows(9, 1), train.FitConfig{Workers: workers}); err == nil || !strings.Contains(err.Error(), "out of ideas") {
			t.Errorf("%d workers: got %v, want an error about ideas", workers, err)
		}
	}
}
