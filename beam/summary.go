package beam

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math"
	"reflect"

	"gonum.org/v1/gonum/mat"
)

// A Summary is what is kept of rows: of each column its cells, and of all of them together their moments. It merges by addition, so that
// the order in which parts come changes nothing but the rounding of sums, and its size does not depend on the rows.
type Summary struct {
	Rows, Refused int64 // rows taken in, and those left out for a cell that is no finite number
	Cells         []Cells
	Cross         []float64 // Σ xxᵀ, d×d by rows, of the upper triangle; nil where it is not kept
}

// Cells count the values of a column. A cell is the values of one sign, one power of two and one of 256 equal parts between it and the
// next: they differ by at most 1/256 of their size, and the cell knows their sum.
type Cells struct {
	Min, Max float64
	Pages    map[int16]*Page // by sign and power of two
}

// A Page is the cells of one sign and one power of two, from the one nearest to −∞ on.
type Page struct {
	Count [256]int64
	Sum   [256]float64
}

func newSummary(d int, cross bool) *Summary {
	s := &Summary{Cells: make([]Cells, d)}
	for j := range s.Cells {
		s.Cells[j] = Cells{Min: math.Inf(1), Max: math.Inf(-1), Pages: map[int16]*Page{}}
	}
	if cross {
		s.Cross = make([]float64, d*d)
	}
	return s
}

// place is the page and the cell of a value: the first bits of a float64, in ascending order of the values.
func place(v float64) (page int16, cell uint8) {
	bits := math.Float64bits(v)
	if bits>>63 != 0 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return int16(bits >> 52), uint8(bits >> 44)
}

// add takes in rows.
func (s *Summary) add(x *mat.Dense) {
	n, d := x.Dims()
	s.Rows += int64(n)
	for i := range n {
		row := x.RawRowView(i)
		for j, v := range row {
			s.Cells[j].add(v)
			if s.Cross != nil {
				for k := j; k < d; k++ {
					s.Cross[j*d+k] += v * row[k]
				}
			}
		}
	}
}

func (c *Cells) add(v float64) {
	c.Min, c.Max = min(c.Min, v), max(c.Max, v)
	page, cell := place(v)
	p := c.Pages[page]
	if p == nil {
		p = &Page{}
		c.Pages[page] = p
	}
	p.Count[cell]++
	p.Sum[cell] += v
}

// merge takes in what another has seen.
func (s *Summary) merge(o *Summary) error {
	if len(s.Cells) != len(o.Cells) || len(s.Cross) != len(o.Cross) {
		return fmt.Errorf("summaries of %d and %d columns do not go together", len(s.Cells), len(o.Cells))
	}
	s.Rows, s.Refused = s.Rows+o.Rows, s.Refused+o.Refused
	for j := range s.Cells {
		s.Cells[j].merge(&o.Cells[j])
	}
	for k, v := range o.Cross {
		s.Cross[k] += v
	}
	return nil
}

func (c *Cells) merge(o *Cells) {
	c.Min, c.Max = min(c.Min, o.Min), max(c.Max, o.Max)
	for page, from := range o.Pages {
		to := c.Pages[page]
		if to == nil {
			c.Pages[page] = from
			continue
		}
		for i, n := range from.Count {
			to.Count[i] += n
			to.Sum[i] += from.Sum[i]
		}
	}
}

// each gives the cells that hold values, in ascending order.
func (c *Cells) each(take func(count int64, mean float64)) {
	for p := range int16(1 << 12) {
		page := c.Pages[p]
		if page == nil {
			continue
		}
		for i, n := range page.Count {
			if n > 0 {
				take(n, page.Sum[i]/float64(n))
			}
		}
	}
}

// quantiles are n values that stand for the column: at (i+½)/n, by straight lines between the middles of cells.
func (c *Cells) quantiles(rows int64, n int) []float64 {
	values := make([]float64, 0, n)
	before, last := 0.0, c.Min // the rank and the value behind
	seen := 0.0
	next := func(rank, value float64) {
		for len(values) < n {
			want := (float64(len(values)) + 0.5) / float64(n) * float64(rows)
			if want > rank {
				break
			}
			v := value
			if rank > before {
				v = last + (value-last)*(want-before)/(rank-before)
			}
			values = append(values, v)
		}
		before, last = rank, value
	}
	c.each(func(count int64, mean float64) {
		next(seen+float64(count)/2, mean)
		seen += float64(count)
	})
	next(seen, c.Max)
	return values
}

// moments are the mean and the covariance, divisor n. It wants Cross.
func (s *Summary) moments() (mean []float64, covariance *mat.SymDense) {
	d, n := len(s.Cells), float64(s.Rows)
	mean = make([]float64, d)
	for j := range mean {
		s.Cells[j].each(func(count int64, m float64) { mean[j] += float64(count) * m / n })
	}
	covariance = mat.NewSymDense(d, nil)
	for j := range d {
		for k := j; k < d; k++ {
			covariance.SetSym(j, k, s.Cross[j*d+k]/n-mean[j]*mean[k])
		}
	}
	return mean, covariance
}

// encode is the bytes in which a summary travels.
func (s *Summary) encode() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(s)
	return b.Bytes(), err
}

func decodeSummary(raw []byte) (*Summary, error) {
	s := &Summary{}
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(s); err != nil {
		return nil, fmt.Errorf("a summary cannot be read: %w", err)
	}
	return s, nil
}

func reflectOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
