package drift

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/rows"
)

// A sample is rows of a table, drawn uniformly.
type sample struct {
	rows   *mat.Dense
	seen   int
	bad    *columns.Bad
	unread []*Unread // for each column, among the rows of the sample
}

// A cell reads the cells of one column.
type cell struct {
	at     int
	text   func(string) (float64, string)
	levels int
	others bool
}

// of is the value of the current row, NaN if it has none, and the reason if it cannot be read.
func (c *cell) of(p columns.Pass) (v float64, text, why string) {
	if v, ok := p.Number(c.at); ok {
		switch {
		case math.IsInf(v, 0):
			return math.NaN(), "", ""
		case c.levels == 0 || math.IsNaN(v):
			return v, "", ""
		}
		text = string(columns.AppendNumber(nil, v))
	} else {
		text = string(p.Text(c.at))
	}
	if v, why = c.text(text); why != "" && c.others {
		return float64(c.levels - 1), "", ""
	}
	return v, text, why
}

// A kept is a row that has been drawn, with what could not be read in it.
type kept struct {
	values []float64
	unread map[int]Unread
}

// read draws rows uniformly from all of a table. Only the cells of rows that are kept are parsed.
func read(ctx context.Context, t columns.Table, side int, of []aligned, limit int, rng *rand.Rand) (*sample, error) {
	cells := cellsOf(t.Names(), side, of)
	pass, err := t.Pass()
	if err != nil {
		return nil, err
	}
	defer pass.Close()
	lot, err := rows.NewLot(limit, rng)
	if err != nil {
		return nil, err
	}
	s := &sample{}
	var held []kept
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		err := pass.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if why := pass.Fault(); why != "" {
			s.fault(pass, why)
			continue
		}
		place := lot.Next()
		if place == len(held) {
			held = append(held, kept{values: make([]float64, len(cells))})
		}
		if place >= 0 {
			held[place].fill(pass, cells)
		}
	}
	s.seen = lot.Seen()
	s.gather(held, len(cells))
	return s, nil
}

func cellsOf(names []string, side int, of []aligned) []cell {
	cells := make([]cell, len(of))
	for j := range of {
		c := &of[j].of[side]
		cells[j] = cell{at: slices.Index(names, c.Name), text: c.Reader(), levels: len(c.Levels), others: of[j].others}
	}
	return cells
}

// fill reads the current row.
func (k *kept) fill(p columns.Pass, cells []cell) {
	k.unread = nil
	for j := range cells {
		v, text, why := cells[j].of(p)
		if k.values[j] = v; why != "" {
			if k.unread == nil {
				k.unread = map[int]Unread{}
			}
			k.unread[j] = Unread{Text: text, Why: why}
		}
	}
}

func (s *sample) fault(p columns.Pass, why string) {
	if s.bad == nil {
		row, line := p.Place()
		s.bad = &columns.Bad{Row: row, Line: line, Text: why}
	}
	s.bad.Count++
}

// gather makes a matrix of the rows.
func (s *sample) gather(rows []kept, d int) {
	s.unread = make([]*Unread, d)
	if len(rows) == 0 || d == 0 {
		return
	}
	s.rows = mat.NewDense(len(rows), d, nil)
	for i, k := range rows {
		s.rows.SetRow(i, k.values)
		for j, u := range k.unread {
			if s.unread[j] == nil {
				s.unread[j] = &Unread{Text: u.Text, Why: u.Why}
			}
			s.unread[j].Count++
		}
	}
}
