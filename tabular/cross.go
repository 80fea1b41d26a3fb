package tabular

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/train"
)

// The reference of tail probabilities is log p of rows that the model was not fitted to. If there are too few validation rows, the
// rows are cut into parts, and each part is scored by a fit to the others (cross-fitting; Stone 1974).

// flowParts is how many parts the rows are cut into if the model is a flow.
const flowParts = 4

// parted cuts n rows into parts and calls score for the first scored of them, with the indexes of all other rows (in) and of
// the part's own (out). It returns their log p, part after part.
func parted(ctx context.Context, n, parts, scored int, score func(in, out []int) ([]float64, error)) (crossed []float64, err error) {
	for k := range scored {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var in, out []int
		for i := range n {
			if i%parts == k {
				out = append(out, i)
			} else {
				in = append(in, i)
			}
		}
		lp, err := score(in, out)
		if err != nil {
			return nil, err
		}
		crossed = append(crossed, lp...)
	}
	return crossed, nil
}

// crossFlow is log p of rows of the training set, each by a flow fitted to the other parts and trained for as many epochs as the model's best one. As
// many parts are scored as take half of the epochs that the fit has run, but at least one.
func (f *fit) crossFlow(ctx context.Context, history *train.History) ([]float64, error) {
	n, d := f.rows.Dims()
	epochs := history.BestEpoch + 1
	parts := min(flowParts, n)
	scored := min(max(len(history.Epoch)/2/max(epochs, 1), 1), parts)
	return parted(ctx, n, parts, scored, func(in, out []int) ([]float64, error) {
		part := *f
		part.division = &division{rows: pick(f.rows, in)}
		part.copies = (f.perEpoch + len(in) - 1) / len(in)
		if err := part.warmStart(ctx); err != nil {
			return nil, err
		}
		if epochs > 0 {
			if err := part.core.Compile(part.compileConfig()); err != nil {
				return nil, err
			}
			if _, err := part.core.Fit(ctx, part.noisy, train.FitConfig{Epochs: epochs, BatchSize: f.BatchSize, Seed: f.Seed, Workers: f.Workers}); err != nil {
				return nil, err
			}
		}
		if err := part.setOffsets(func(j int) float64 { return f.offset[j] }); err != nil {
			return nil, err
		}
		return part.flow.LogProb(pick(f.table.Slice(0, n, 0, d), out))
	})
}

// gaussianParts is how many parts the rows are cut into if the model is a Gaussian; fewer if a fit is expensive.
func gaussianParts(n, d int) int {
	if d > 200 {
		return min(n, 4)
	}
	return min(n, 20)
}

// crossGaussian is log p of rows, each by a Gaussian fitted to the other parts.
func (f *fit) crossGaussian(ctx context.Context, x *mat.Dense) ([]float64, error) {
	n, d := x.Dims()
	parts := gaussianParts(n, d)
	return parted(ctx, n, parts, parts, func(in, out []int) ([]float64, error) {
		g, err := f.gaussianOf(pick(x, in))
		if err != nil {
			return nil, err
		}
		return g.LogProb(pick(x, out))
	})
}

// smoothBelow is the sample size below which a fitted distribution gives better quantiles near 1 % than the smallest
// values do.
const smoothBelow = 300

// skewRows is the number of rows at which the sample's skewness and the theoretical one have equal weight.
const skewRows = 100

// smoothed are the quantiles of log p for rows of a Gaussian. For few rows they are those of a fitted distribution: −log p = c
// plus a gamma variable, which approximates a quadratic form of d normals (Box 1954), fitted by moments. Its skewness is the
// sample's, shrunk towards √(8/d), that of a sum of d squares, the more so the fewer rows there are.
func smoothed(logProb []float64, d int) Quantiles {
	n := len(logProb)
	mean, std := stat.MeanStdDev(logProb, nil)
	if n >= smoothBelow || n < 8 || !(std > 0) {
		return newQuantiles(logProb)
	}
	own := float64(n) / (float64(n) + skewRows)
	skew := min(max(own*-stat.Skew(logProb, nil)+(1-own)*math.Sqrt(8/float64(d)), 0.05), 3)
	shape := 4 / (skew * skew)
	gamma := distuv.Gamma{Alpha: shape, Beta: math.Sqrt(shape) / std}
	q := make(Quantiles, maxQuantiles)
	for i := range q {
		p := (float64(i) + 0.5) / maxQuantiles
		q[i] = mean + shape/gamma.Beta - gamma.Quantile(1-p)
	}
	return q
}
