package train

import "gaussflow/graph/kernel"

// A worker runs the training graph of its shard of a batch, with programs of its own over the parameters that all
// workers share.
type worker[T kernel.Float] struct {
	*objective
	pieces map[int]*piece // by number of rows
	grads  [][]T          // of the shard, one a parameter
	cost   float64        // of the shard
	err    error          // of its part of the last job
}

func newWorker[T kernel.Float](o *objective) *worker[T] {
	w := &worker[T]{objective: o, pieces: map[int]*piece{}}
	for _, p := range o.params {
		w.grads = append(w.grads, kernel.Aligned[T](p.Size()))
	}
	return w
}

// wholeSizes are the sizes of whole batches whose programs are kept: in a fit there are two, its batches' and the last one's.
const wholeSizes = 4

// piecesOf is the number of pieces that so many rows go through in.
func (w *worker[T]) piecesOf(rows int) int {
	if w.batchwise() {
		return 1
	}
	return (rows + pieceRows - 1) / pieceRows
}

// differentiate computes cost and gradients of a shard of a batch of so many rows.
func (w *worker[T]) differentiate(shard batch, of int) error {
	w.cost = 0
	pieces := w.piecesOf(shard.size())
	var before *piece
	finished := false
	for i := range pieces {
		part := shard.shard(i, pieces)
		p, err := w.piece(part.size())
		if err != nil {
			return err
		}
		if before != nil && before != p {
			if err := before.FinishSum(finished); err != nil {
				return err
			}
			finished = true
		}
		p.load(part, of)
		if err := p.RunSum(i > 0); err != nil {
			return err
		}
		w.cost += p.Scalar(p.cost)
		before = p
	}
	return before.FinishSum(finished)
}

// piece is the program for rows rows, kept for the next piece of that size.
func (w *worker[T]) piece(rows int) (*piece, error) {
	if p := w.pieces[rows]; p != nil {
		return p, nil
	}
	p, err := newPiece(w.objective, rows, w.grads)
	if err != nil {
		return nil, err
	}
	if w.batchwise() && len(w.pieces) >= wholeSizes {
		clear(w.pieces)
	}
	w.pieces[rows] = p
	return p, nil
}
