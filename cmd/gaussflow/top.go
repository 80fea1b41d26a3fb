package main

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

// unusual is a row that may be among the most unusual.
type unusual struct {
	at           data.Place
	x, out       []float64
	record       []byte
	says, broken string
}

// keep keeps the rows of a batch that may be among the most unusual: never more than twice as many as are wanted plus a batch.
func (s *scoring) keep(b *batch) {
	for i, at := range b.places {
		if out := b.out.RawRowView(i); !math.IsNaN(out[0]) {
			s.kept = append(s.kept, unusual{
				at, slices.Clone(b.x.RawRowView(i)), slices.Clone(out), slices.Clone(b.record(i)), b.says[i], b.broken[i],
			})
		}
	}
	if len(s.kept)/2 >= s.top {
		s.cut()
	}
}

// cut drops all but the most unusual rows; of equally unusual rows those that come first are kept.
func (s *scoring) cut() {
	slices.SortStableFunc(s.kept, func(a, b unusual) int { return cmp.Compare(oddness(b.out), oddness(a.out)) })
	n := min(s.top, len(s.kept))
	clear(s.kept[n:]) // so that their memory can be freed
	s.kept = s.kept[:n]
}

// writeTop writes the rows that were kept, with d columns that were read, as batches.
func (s *scoring) writeTop(w *data.RecordWriter, d int) error {
	s.cut()
	for part := range slices.Chunk(s.kept, batchRows) {
		b := &batch{x: mat.NewDense(len(part), d, nil), out: mat.NewDense(len(part), len(part[0].out), nil)}
		for i, row := range part {
			b.x.SetRow(i, row.x)
			b.out.SetRow(i, row.out)
			b.places, b.says, b.broken = append(b.places, row.at), append(b.says, row.says), append(b.broken, row.broken)
			b.kept = append(b.kept, row.record...)
			b.ends = append(b.ends, len(b.kept))
		}
		if err := s.explain(b); err != nil {
			return err
		}
		if err := s.write(w, b); err != nil {
			return err
		}
	}
	return nil
}
