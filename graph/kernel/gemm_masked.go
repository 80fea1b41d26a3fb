package kernel

import "slices"

// A gemmMask is what a product passes over because weights, i×o, are zero wherever a row's degree is above a column's: with degrees
// in order, as good as half of it. It knows that of a panel of c's columns by the one degree that decides.
type gemmMask struct {
	degrees []int          // of c's columns
	inner   []int          // of the inner axis, of op(b)'s rows; nil if parts are c's rows
	lowest  bool           // the lowest degree of a panel decides; else the highest
	rows    bool           // parts are c's rows; else they are the inner axis
	parts   map[int][]Span // by the degree that decides: what there is to compute
	stages  map[int]gemmStage
}

// Masked has the product pass over what is zero in its weights, i×o, those of which rows_i > columns_o: in b, which is them or with
// transB their transpose; or with transA in c, of which what is left out is set to zero or left alone. The tiles do so; the portable
// product computes all of it.
func (g *Gemm[T]) Masked(rows, columns []int) *Gemm[T] {
	m := &gemmMask{degrees: columns, rows: g.transA, parts: map[int][]Span{}, stages: map[int]gemmStage{}}
	axis, kept := rows, func(d, decides int) bool { return d <= decides }
	if g.transB {
		m.degrees, m.lowest = rows, true
		axis, kept = columns, func(d, decides int) bool { return d >= decides }
	}
	for _, decides := range m.degrees {
		if m.parts[decides] == nil {
			m.parts[decides] = partsOf(axis, func(d int) bool { return kept(d, decides) })
		}
	}
	if !m.rows {
		m.inner = axis
	}
	g.mask = m
	return g
}

// partsOf are the spans of an axis that have what is kept, and gaps that are too short to repay two loops; one place at least.
func partsOf(axis []int, kept func(d int) bool) []Span {
	const shortest = 8
	if parts := Spans(len(axis), shortest, func(i int) bool { return kept(axis[i]) }); len(parts) > 0 {
		return parts
	}
	return []Span{{0, 1}}
}

// adds reports whether any weight between some rows of op(b), from p on, and some of c's columns, from j on, is kept.
func (m *gemmMask) adds(p, rows, j, columns int) bool {
	if m.rows {
		return true
	}
	inner, outer := m.inner[p:min(p+rows, len(m.inner))], m.degrees[j:j+columns]
	if m.lowest {
		return slices.Min(outer) <= slices.Max(inner)
	}
	return slices.Min(inner) <= slices.Max(outer)
}

// of is what there is to compute of w of c's columns, from j on.
func (m *gemmMask) of(j, w int) []Span {
	decides := m.degrees[j]
	for _, d := range m.degrees[j : j+w] {
		if m.lowest == (d < decides) && d != decides {
			decides = d
		}
	}
	return m.parts[decides]
}

// parts are those of the inner axis that w of c's columns take, from j on, and those of c's rows.
func (g *Gemm[T]) parts(j, w int) (inner, rows []Span) {
	switch {
	case g.mask == nil:
		return g.whole[:1], g.whole[1:]
	case g.mask.rows:
		return g.whole[:1], g.mask.of(j, w)
	default:
		return g.mask.of(j, w), g.whole[1:]
	}
}
