package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
)

const (
	pairPoints = 700 // rows and samples in each picture of a pair
	shownPairs = 4   // pairs shown of the worst ones, and of those that depend most
	often      = 2   // a column is in at most so many of the pairs
)

// pair is a picture of two columns, with rows of the table beside samples.
type pair struct {
	Rows, Samples picture
	Names         string
	Note          string
}

// pairs are those that fit worst and those that depend most.
type pairs struct {
	Worst, Dependent []pair
	Of, Points       int
	Dependences      string // how far the dependences of all pairs are off, on average
}

func (s *study) pairs(l *likenesses) (p pairs, err error) {
	n, _ := s.plain.Dims()
	drawn, _ := s.samples.Dims()
	p = pairs{Of: len(l.pairs), Points: min(n, drawn, pairPoints)}
	if p.Of == 0 {
		return p, nil
	}
	off := 0.0
	for _, v := range l.pairs {
		off += math.Abs(v.inTable-v.inSamples) / float64(p.Of)
	}
	p.Dependences = degree(off)
	var shown []likeness
	if p.Of > 1 {
		shown = some(worst(l.pairs), nil, func(v likeness) bool { return l.rows >= fewestHalved && v.gap() > 0.01 })
		if p.Worst, err = s.drawPairs(shown, p.Points); err != nil {
			return p, err
		}
	}
	strongest := some(sorted(l.pairs, func(v likeness) float64 { return -v.inTable }), shown, func(v likeness) bool {
		return v.inTable > 0.05 || p.Of == 1
	})
	p.Dependent, err = s.drawPairs(strongest, p.Points)
	return p, err
}

// some are the first of l that matter and are not shown yet, with no column in more than a few of them.
func some(l, shown []likeness, matters func(likeness) bool) (kept []likeness) {
	uses := map[int]int{}
	for _, v := range l {
		if len(kept) == shownPairs || !matters(v) {
			break
		}
		if uses[v.a] < often && uses[v.b] < often && !slices.Contains(shown, v) {
			kept = append(kept, v)
			uses[v.a]++
			uses[v.b]++
		}
	}
	return kept
}

func (s *study) drawPairs(l []likeness, points int) (drawn []pair, err error) {
	for _, v := range l {
		x, y := v.a, v.b
		if s.fields[x].category() && !s.fields[y].category() { // levels have longer labels, so they go on the vertical axis
			x, y = y, x
		}
		p := pair{Names: s.fields[x].name + " and " + s.fields[y].name, Note: s.notePair(v)}
		if p.Rows, err = s.cloud("rows of the table", x, y, s.plain, points, data); err != nil {
			return nil, err
		}
		if p.Samples, err = s.cloud("samples of the model", x, y, s.samples, points, model); err != nil {
			return nil, err
		}
		drawn = append(drawn, p)
	}
	return drawn, nil
}

func (s *study) notePair(v likeness) string {
	text := fmt.Sprintf("dependence %s in the table, %s in the samples", degree(v.inTable), degree(v.inSamples))
	if v.rest != nil {
		text += "; " + v.rest.note()
	}
	if v.gap() >= 0.015 {
		text += "; off by " + wholePercent(v.gap())
	}
	return text
}

// degree writes a dependence with two decimals.
func degree(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// cloud draws columns i and j of evenly spaced rows of x.
func (s *study) cloud(of string, i, j int, x *mat.Dense, points int, colour color.Color) (picture, error) {
	u, v := s.fields[i], s.fields[j]
	n, _ := x.Dims()
	d := newDots(points, colour)
	for k := range points {
		row := k * n / points
		spreadX, spreadY := s.rng.Float64(), s.rng.Float64()
		if x == s.samples && s.flow != nil { // a flow's samples are spread over the grid's steps already
			spreadX, spreadY = s.still(u, spreadX), s.still(v, spreadY)
		}
		d.x2y(u.place(x.At(row, i), spreadX), v.place(x.At(row, j), spreadY))
	}
	return scatter(of, u, v, d)
}

// newDots are dots for so many points; they are larger if there are few.
func newDots(points int, colour color.Color) dots {
	if points < 100 {
		return dots{size: 5, colour: colour}
	}
	return dots{size: 2.6, colour: colour}
}

// scatter draws points of two columns.
func scatter(of string, u, v *field, d dots) (picture, error) {
	p := panel(of, short(u.name, 34), short(v.name, 30))
	window(p, u.whole(), v.whole())
	p.X.Tick.Marker, p.Y.Tick.Marker = u.ticks(9), v.ticks(14)
	p.Add(d)
	return one(u.name+" and "+v.name+": "+of+".", 400, 310, p)
}

// still is a constant place within the spread for a column whose samples lie between the points of its grid already.
func (s *study) still(f *field, u float64) float64 {
	if f.quantum > 0 && !f.category() {
		return 0.5
	}
	return u
}

// x2y adds a point.
func (d *dots) x2y(x, y float64) { d.x, d.y = append(d.x, x), append(d.y, y) }
