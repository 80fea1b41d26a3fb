package kernel

// A Span is the places From ≤ i < To of an axis.
type Span struct{ From, To int }

// Len is the number of places.
func (s Span) Len() int { return s.To - s.From }

// Spans are the runs of kept places among n, in order; runs with fewer than gap places between them are one. It is never nil.
func Spans(n, gap int, kept func(i int) bool) []Span {
	spans := []Span{}
	for i := range n {
		last := len(spans) - 1
		switch {
		case !kept(i):
		case last >= 0 && i-spans[last].To < gap:
			spans[last].To = i + 1
		default:
			spans = append(spans, Span{i, i + 1})
		}
	}
	return spans
}
