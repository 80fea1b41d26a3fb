package train

import (
	"context"

	"gaussflow/rows"
)

// A validation is the rows on which a fit is validated.
type validation interface {
	loss(ctx context.Context, t *Trainer) (float64, error)
	// digest is the shape of the rows and a checksum.
	digest(ctx context.Context) (string, error)
}

func (d *dataset) loss(ctx context.Context, t *Trainer) (float64, error) {
	return t.evaluate(ctx, "train: Evaluate", d)
}

// heldSource is a source that serves as validation.
type heldSource struct {
	op string
	rows.Source
}

func (h *heldSource) loss(ctx context.Context, t *Trainer) (float64, error) {
	return t.evaluateSource(ctx, h.op, h.Source)
}

func (h *heldSource) digest(ctx context.Context) (string, error) {
	return newStream(h.op, h.Source, SourceRows(h.Dim()), 0, 0).digest(ctx)
}
