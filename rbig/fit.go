package rbig

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/counted"
	"gaussflow/rows"
)

// A Fit is the fitted flow with the history of the fit.
type Fit struct {
	Flow    *flows.Flow
	Blocks  []Block // all that were tried, in order; the flow has the first Kept of them
	Kept    int
	Stopped string // the reason, in words, why the fit ended

	named []flows.Named
}

// A Block is a rotation followed by maps of the columns. If the columns y depend on each other, the rotation turns them into
// columns w whose entropies have a smaller sum. The reduction is the total correlation that the block removes,
//
//	Loss = Σ_i [h(y_i) − h(w_i)] = Σ_i [½·log(var y_i/var w_i) + J(w_i) − J(y_i)],  J(w) = h(normal of w's variance) − h(w) ≥ 0.
//
// J is measured by spacings, minus the mean value, by simulation, for normal columns of this size; for y, which has been mapped to
// a normal, it is taken as 0 if negative.
type Block struct {
	Loss    float64 // total correlation removed, nats
	Noise   float64 // standard deviation of Loss if there is nothing to remove
	HeldOut float64 // mean log-likelihood of the rows held out after this block; NaN if there are none
}

// FitRows fits the rows of x (n×d), at least three, whose columns must not be constant.
func FitRows(x mat.Matrix, c Config) (*Fit, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := rows.CheckFinite("rbig: FitRows", x); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	fit, held := mat.DenseCopyOf(x), (*mat.Dense)(nil)
	if c.HeldOutRows != nil {
		if err := rows.Check("rbig: FitRows: HeldOutRows", c.HeldOutRows, fit.RawMatrix().Cols); err != nil {
			return nil, err
		}
		held = mat.DenseCopyOf(c.HeldOutRows)
	} else if c.Stop == HeldOut {
		fit, held = parted(fit, c.Validation, c.Seed)
	}
	if n, _ := fit.Dims(); n < 4 {
		return nil, fmt.Errorf("rbig: FitRows: got %s to fit to, want at least 4", counted.Of(n, "row"))
	}
	return (&walk{Config: c, kept: fit, held: held}).run()
}

// parted divides the rows of x into those to fit to and those held out.
func parted(x *mat.Dense, share float64, seed uint64) (fit, held *mat.Dense) {
	n, d := x.Dims()
	order := initializers.NewRand(seed, 3).Perm(n)
	few := max(int(share*float64(n)), 1)
	held = mat.NewDense(few, d, nil)
	if n == few {
		return &mat.Dense{}, held
	}
	fit = mat.NewDense(n-few, d, nil)
	for i, from := range order {
		if i < few {
			held.SetRow(i, x.RawRowView(from))
		} else {
			fit.SetRow(i-few, x.RawRowView(from))
		}
	}
	return fit, held
}

// TotalCorrelation is the sum of what the kept blocks have removed, in nats: the total correlation of the rows that were fitted to,
// as RBIG measures it. noise is the standard deviation of that sum if there is nothing to remove.
func (f *Fit) TotalCorrelation() (loss, noise float64) {
	if f == nil {
		return 0, 0
	}
	for _, b := range f.Blocks[:min(max(f.Kept, 0), len(f.Blocks))] {
		loss += b.Loss
		noise = math.Hypot(noise, b.Noise)
	}
	return loss, noise
}

// First is the flow of the first blocks of those that were tried, even of ones that are not kept. It shares its layers
// with Flow.
func (f *Fit) First(blocks int) (*flows.Flow, error) {
	if f == nil || len(f.named) == 0 {
		return nil, errors.New("rbig: First: the Fit is nil or zero: FitRows or FitSource makes one")
	}
	if blocks < 0 || blocks > len(f.Blocks) {
		return nil, fmt.Errorf("rbig: First: blocks = %d, want 0 to the %d that the fit has tried", blocks, len(f.Blocks))
	}
	return flows.New(f.named[:2+2*blocks]...)
}

// A ConstantError reports a column with a single value, which has no density.
type ConstantError struct {
	Column int // from 0
	Value  float64
}

func (e *ConstantError) Error() string {
	return fmt.Sprintf("rbig: column %d (from 0) is %v in every row, want one that varies", e.Column, e.Value)
}
