package main

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/rbig"
)

// layers shows the rows after some blocks of RBIG, and the density that these blocks make together.
func layers(b *bench) error {
	f, err := rbig.FitRows(b.fit, rbig.Config{Stop: rbig.Depth, Blocks: b.blocks})
	if err != nil {
		return err
	}
	var above, below []*plot.Plot
	fmt.Fprintln(b.w, "blocks   log p held out   (truth", fmt.Sprintf("%.4f)", b.truth))
	for _, blocks := range []int{0, 1, 3, 10, 40} {
		blocks = min(blocks, len(f.Blocks))
		flow, err := f.First(blocks)
		if err != nil {
			return err
		}
		score, err := b.score(flow)
		if err != nil {
			return err
		}
		z, _, err := flow.Forward(b.judge)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.w, "%6d   %14.4f\n", blocks, score)
		rows, err := scatter(fmt.Sprintf("blocks: %d", blocks), z)
		if err != nil {
			return err
		}
		rows.X.Min, rows.X.Max, rows.Y.Min, rows.Y.Max = -3.5, 3.5, -3.5, 3.5
		its, err := density(fmt.Sprintf("log p %.3f", score), flow)
		if err != nil {
			return err
		}
		above, below = append(above, rows), append(below, its)
	}
	return save(b.path("layers"), 30*vg.Centimeter, 13*vg.Centimeter, above, below)
}

// convergence shows how much total correlation each block removes, and the log-density of held-out rows after it.
func convergence(b *bench) error {
	f, err := rbig.FitRows(b.fit, rbig.Config{Stop: rbig.Depth, Blocks: b.blocks, HeldOutRows: b.judge})
	if err != nil {
		return err
	}
	rule, err := rbig.FitRows(b.fit, rbig.Config{Blocks: b.blocks})
	if err != nil {
		return err
	}
	var loss, noise, held []float64
	for _, block := range f.Blocks {
		loss, noise, held = append(loss, block.Loss), append(noise, 1.645*block.Noise), append(held, block.HeldOut)
	}
	fmt.Fprintln(b.w, "block   loss, nats   log p held out")
	for i := 0; i < len(loss); i += max(len(loss)/10, 1) {
		fmt.Fprintf(b.w, "%5d   %10.4f   %14.4f\n", i, loss[i], held[i])
	}
	total, _ := f.TotalCorrelation()
	best := slices.Max(held)
	fmt.Fprintf(b.w, "all losses together %.3f nats; likeliest held out after block %d, %.4f (truth %.4f)\n", total, slices.Index(held, best), best, b.truth)
	fmt.Fprintf(b.w, "the rule of total correlation keeps %d blocks: %s\n", rule.Kept, rule.Stopped)
	left, err := lines("What a block loses", "block", "total correlation, nats", math.Inf(-1), curve{name: "loss", y: loss}, curve{name: "95 % of nothing to lose", y: noise, dashed: true})
	if err != nil {
		return err
	}
	left.Legend.Top = true
	right, err := lines("Rows held out", "block", "log p, nats", -3, curve{name: "RBIG", y: held}, constant("truth", b.truth, len(held)))
	if err != nil {
		return err
	}
	return save(b.path("convergence"), 26*vg.Centimeter, 10*vg.Centimeter, []*plot.Plot{left, right})
}

// rotations compares the four rotations.
func rotations(b *bench) error {
	var curves []curve
	fmt.Fprintln(b.w, "rotation      log p held out after 5, 10, 20 and all blocks")
	for _, r := range rbig.Rotations() {
		held, err := b.heldOut(rbig.Config{Rotation: r})
		if err != nil {
			return err
		}
		fmt.Fprintf(b.w, "%-12s  %8.4f %8.4f %8.4f %8.4f\n", r, at(held, 5), at(held, 10), at(held, 20), held[len(held)-1])
		curves = append(curves, curve{name: string(r), y: held})
	}
	p, err := lines("Rotations", "block", "log p held out, nats", -2.2, append(curves, constant("truth", b.truth, len(curves[0].y)))...)
	if err != nil {
		return err
	}
	return save(b.path("rotations"), 16*vg.Centimeter, 11*vg.Centimeter, []*plot.Plot{p})
}

// heldOut is the mean log-likelihood of the rows for judging after each block.
func (b *bench) heldOut(c rbig.Config) (held []float64, err error) {
	c.Stop, c.Blocks, c.HeldOutRows = rbig.Depth, b.blocks, b.judge
	f, err := rbig.FitRows(b.fit, c)
	if err != nil {
		return nil, err
	}
	for _, block := range f.Blocks {
		held = append(held, block.HeldOut)
	}
	return held, nil
}

func at(v []float64, i int) float64 { return v[min(i, len(v))-1] }

// marginals compares the four marginals, in RBIG and on a column by itself.
func marginals(b *bench) error {
	var curves []curve
	fmt.Fprintln(b.w, "marginal      log p held out after 5, 10, 20 and all blocks   of one column alone, less the truth")
	column, law, err := bimodal()
	if err != nil {
		return err
	}
	var shapes []curve
	for _, m := range rbig.Marginals() {
		held, err := b.heldOut(rbig.Config{Marginal: m})
		if err != nil {
			return err
		}
		one, err := rbig.FitRows(column, rbig.Config{Marginal: m})
		if err != nil {
			return err
		}
		gap, shape, err := besideTruth(one.Flow, law)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.w, "%-12s  %8.4f %8.4f %8.4f %8.4f %16.4f\n", m, at(held, 5), at(held, 10), at(held, 20), held[len(held)-1], gap)
		curves, shapes = append(curves, curve{name: string(m), y: held}), append(shapes, curve{name: string(m), y: shape})
	}
	left, err := lines("Marginals in RBIG", "block", "log p held out, nats", -2.2, append(curves, constant("truth", b.truth, len(curves[0].y)))...)
	if err != nil {
		return err
	}
	shapes = append(shapes, curve{name: "truth", y: truthOf(law), dashed: true})
	right, err := lines("A column of two modes, 500 rows", "x, from −4 to 4 in steps of 0.05", "density", math.Inf(-1), shapes...)
	if err != nil {
		return err
	}
	right.Legend.Top = true
	return save(b.path("marginals"), 28*vg.Centimeter, 11*vg.Centimeter, []*plot.Plot{left, right})
}

// bimodal is a column with two modes.
func bimodal() (*mat.Dense, data.Distribution, error) {
	law, err := data.NewCopula(0, data.Bimodal{})
	if err != nil {
		return nil, nil, err
	}
	t, err := data.Draw(law, 500, seeded(3))
	if err != nil {
		return nil, nil, err
	}
	return t.X, law, nil
}

func line() *mat.Dense {
	x := mat.NewDense(161, 1, nil)
	for i := range 161 {
		x.Set(i, 0, -4+0.05*float64(i))
	}
	return x
}

func truthOf(law data.Distribution) (p []float64) {
	logProb, err := data.LogProb(law, line())
	if err != nil {
		return nil
	}
	for _, l := range logProb {
		p = append(p, math.Exp(l))
	}
	return p
}

// besideTruth is by how much a flow's mean log-density of fresh rows is below the true one, and its density along the
// line.
func besideTruth(f *flows.Flow, law data.Distribution) (gap float64, shape []float64, err error) {
	fresh, err := data.Draw(law, 20000, seeded(4))
	if err != nil {
		return 0, nil, err
	}
	truth, err := data.LogProb(law, fresh.X)
	if err != nil {
		return 0, nil, err
	}
	got, err := f.LogProb(fresh.X)
	if err != nil {
		return 0, nil, err
	}
	for i := range got {
		gap += (got[i] - truth[i]) / float64(len(got))
	}
	along, err := f.LogProb(line())
	for _, l := range along {
		shape = append(shape, math.Exp(l))
	}
	return gap, shape, err
}
