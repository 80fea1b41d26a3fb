package report

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

const (
	leading    = 5   // columns in the matrix of pairs
	pairPoints = 600 // rows and samples in each pair
)

// pairs compares rows and samples: a histogram of each leading column, a cloud of each pair.
type pairs struct {
	picture
	Columns int // shown
	Of      int
	Points  int // rows in each cloud
	// Outside is the share of rows beyond the windows in a column shown.
	Outside string
	Spread  bool // columns on a grid are among them
}

func (s *study) pairs() (p pairs, err error) {
	d := min(len(s.names), leading)
	n, _ := s.some.Dims()
	p = pairs{Columns: d, Of: len(s.names), Points: min(n, pairPoints)}
	windows := make([]span, d)
	for j := range windows {
		windows[j] = s.window(j)
		p.Spread = p.Spread || s.quanta[j] > 0
	}
	p.Outside = percent(s.outside(windows))
	plots := make([][]*plot.Plot, d)
	for i := range plots {
		plots[i] = make([]*plot.Plot, d)
		for j := range i {
			plots[i][j] = s.cloud(j, i, p.Points, windows)
		}
		plots[i][i] = s.marginal(i, windows[i])
		for j := range i + 1 {
			outer(plots[i][j], i == d-1, j == 0 && i > 0)
		}
	}
	width := []vg.Length{0, 480, 620, 760, 880, 980}[d]
	height := width
	if d == 1 {
		height = 300
	}
	p.picture, err = render("Histograms of the leading columns and scatter plots of each pair of them, rows of the table against samples of the model.", width, height, plots)
	return p, err
}

// outer leaves the names and numbers to the axes at the matrix's lower and left edges.
func outer(p *plot.Plot, bottom, left bool) {
	if !bottom {
		bare(&p.X)
		p.X.Label.Text = ""
	}
	if !left {
		bare(&p.Y)
		p.Y.Label.Text = ""
	}
}

// window is where most of column j lies.
func (s *study) window(j int) span {
	w := middle(slices.Sorted(slices.Values(mat.Col(nil, j, s.rows))), 0.99)
	if q := s.quanta[j]; q > 0 {
		w.lo, w.hi = w.lo-q/2, w.hi+q/2
	}
	return w.wide()
}

// outside is the share of rows of which a column lies outside its window.
func (s *study) outside(windows []span) float64 {
	n, _ := s.rows.Dims()
	count := 0
	for i := range n {
		for j, w := range windows {
			if !w.contains(s.rows.At(i, j)) {
				count++
				break
			}
		}
	}
	return float64(count) / float64(n)
}

// cloud is column j against column i. Rows and samples are drawn in turns, a few at a time, so that neither hides the
// other.
func (s *study) cloud(j, i, points int, windows []span) *plot.Plot {
	p := panel("", short(s.names[j], 22), short(s.names[i], 22))
	window(p, windows[j], windows[i])
	n, _ := s.some.Dims()
	m, _ := s.samples.Dims()
	const turns = 6
	size := vg.Length(2.6)
	if points < 100 {
		size = 5
	}
	for t := range turns {
		for _, of := range []struct {
			x *mat.Dense
			n int
			dots
		}{{s.some, n, dots{size: size, colour: data}}, {s.samples, m, dots{size: size, colour: model}}} {
			for k := t; k < points; k += turns {
				row := k * of.n / points
				of.x2y(of.x.At(row, j), of.x.At(row, i))
			}
			p.Add(of.dots)
		}
	}
	return p
}

// x2y adds a point.
func (d *dots) x2y(x, y float64) { d.x, d.y = append(d.x, x), append(d.y, y) }

// marginal is the histogram of column j of all rows and all samples.
func (s *study) marginal(j int, w span) *plot.Plot {
	name := short(s.names[j], 22)
	p := panel(name, name, "share per unit")
	if len(s.names) > 1 {
		p.Y.Label.Text = ""
	}
	e := edges(w, s.quanta[j], s.rows.At(0, j))
	rows, samples := density(mat.Col(nil, j, s.rows), e), density(mat.Col(nil, j, s.samples), e)
	p.Add(filled(e, rows, band), outline(e, rows, data, 1.6), outline(e, samples, model, 1.6, 4, 2))
	window(p, w, span{0, 1.08 * max(slices.Max(rows), slices.Max(samples))})
	return p
}

// Which says which columns are shown.
func (p pairs) Which() string {
	if p.Columns == p.Of {
		return "all columns"
	}
	return fmt.Sprintf("the first %d of %d columns", p.Columns, p.Of)
}
