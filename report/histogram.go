package report

import (
	"image/color"
	"math"
	"sort"

	"gonum.org/v1/plot/vg"
)

const bins = 40

// edges divides s into bins. Values on a grid, integer multiples of quantum from anchor, get bins of whole steps
// centred on them.
func edges(s span, quantum, anchor float64) []float64 {
	width, from := (s.hi-s.lo)/bins, s.lo
	if quantum > 0 && s.hi-s.lo < 1e6*quantum {
		width = quantum * math.Ceil(width/quantum)
		from = anchor - quantum/2 - width*math.Ceil((anchor-quantum/2-s.lo)/width)
	}
	var e []float64
	for k := 0; len(e) <= 2*bins; k++ {
		e = append(e, from+float64(k)*width)
		if e[k] >= s.hi {
			break
		}
	}
	return e
}

// density is the share of v in each bin, divided by the bin's width. Values outside all bins count in the total, so
// that two samples can be compared.
func density(v, edges []float64) []float64 {
	height := make([]float64, len(edges)-1)
	for _, x := range v {
		if k := sort.SearchFloat64s(edges, x); k < len(edges) && edges[k] == x && k < len(height) {
			height[k]++
		} else if k > 0 && k < len(edges) {
			height[k-1]++
		}
	}
	for k := range height {
		height[k] /= float64(len(v)) * (edges[k+1] - edges[k])
	}
	return height
}

// outline draws a histogram as a stepped curve.
func outline(edges, height []float64, colour color.Color, width vg.Length, dashes ...vg.Length) curve {
	c := curve{LineStyle: line(colour, width, dashes...)}
	at := func(x, y float64) { c.x, c.y = append(c.x, x), append(c.y, y) }
	at(edges[0], 0)
	for k, h := range height {
		at(edges[k], h)
		at(edges[k+1], h)
	}
	at(edges[len(edges)-1], 0)
	return c
}

// filled draws a histogram as an area.
func filled(edges, height []float64, colour color.Color) area {
	c := outline(edges, height, colour, 0)
	return area{x: c.x, low: make([]float64, len(c.x)), high: c.y, colour: colour}
}
