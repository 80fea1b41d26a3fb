package columns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"gaussflow/internal/defaults"
)

// Options of Profile.
type Options struct {
	// Kinds are those of columns, by name, that a person knows better: Numbers, Grid, Category, Text, Identifier, Ignored.
	Kinds map[string]Kind
	// Seed of the choice of rows in which relations between columns are looked for, default 0.
	Seed uint64
}

// Profile finds what the columns of a table are. It reads the table twice, and where columns seem to be made of others a third time, in
// memory that does not depend on the number of rows. Its error is the table's, that of a ctx that is done, or a *SchemaError of Kinds.
func Profile(ctx context.Context, t Table, o Options) (*Schema, error) {
	if ctx == nil || defaults.IsNil(t) {
		return nil, errors.New("columns: Profile: want a context and a table")
	}
	p := &profile{ctx: ctx, table: t, names: t.Names(), options: o}
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := p.readTexts(); err != nil {
		return nil, err
	}
	if err := p.readValues(); err != nil {
		return nil, err
	}
	if err := p.relate(); err != nil {
		return nil, err
	}
	return &p.schema, nil
}

// profile is a Schema in the making.
type profile struct {
	ctx     context.Context
	table   Table
	names   []string
	options Options
	schema  Schema

	texts  []texts
	read   []int // columns whose values are read
	values []*Values
	sample sample
}

// check reports kinds that no column can be given, or of no column.
func (p *profile) check() error {
	known := make(map[string]bool, len(p.names))
	for _, name := range p.names {
		known[name] = true
	}
	for name, k := range p.options.Kinds {
		if !known[name] {
			return &SchemaError{Where: fmt.Sprintf("column %q", name), What: "is none of the table's"}
		}
		switch k {
		case Numbers, Grid, Category, Text, Identifier, Ignored:
		default:
			return &SchemaError{Where: fmt.Sprintf("column %q", name), What: fmt.Sprintf("cannot be made %q, want numbers, grid, category, text, identifier or ignored", k)}
		}
	}
	return nil
}

// pass reads all rows that can be read.
func (p *profile) pass(row func(Pass), fault func(Pass, string)) error {
	r, err := p.table.Pass()
	if err != nil {
		return err
	}
	defer r.Close()
	for n := 0; ; n++ {
		if n%1024 == 0 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		switch err := r.Next(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if why := r.Fault(); why != "" {
			fault(r, why)
			continue
		}
		row(r)
	}
}

func ignore(Pass, string) {}

// Bounds on what all columns together hold, by which each one holds less where there are many.
const (
	textsHeld  = 1 << 18
	valuesHeld = 1 << 20
	sampleHeld = 1 << 22
)

// readTexts is the first reading: it finds how cells are written.
func (p *profile) readTexts() error {
	p.texts = make([]texts, len(p.names))
	held := min(max(textsHeld/max(len(p.names), 1), 1<<8), 1<<12)
	err := p.pass(func(r Pass) {
		p.schema.Rows++
		for j := range p.texts {
			t := &p.texts[j]
			if v, ok := r.Number(j); ok {
				if t.number(v); t.stored == t.missing+1 {
					t.first = string(r.Text(j))
				}
			} else {
				t.add(r.Text(j), held)
			}
		}
	}, func(r Pass, why string) { p.schema.BadRows = p.schema.BadRows.more(r, why) })
	if err != nil {
		return err
	}
	times := make(map[string]int, len(p.names))
	for _, name := range p.names {
		times[name]++
	}
	for j, name := range p.names {
		c := p.draft(j)
		if times[name] > 1 {
			c.Kind, c.Note = Ignored, fmt.Sprintf("%d columns are called so", times[name])
		}
		p.schema.Columns = append(p.schema.Columns, c)
		if c.Kind == Numbers || c.Kind == Time {
			p.read = append(p.read, j)
		}
	}
	return nil
}

// draft is what column j seems to be, or what it is said to be.
func (p *profile) draft(j int) Column {
	t := &p.texts[j]
	c := t.draft(p.names[j])
	said := p.options.Kinds[c.Name]
	switch {
	case said == "":
	case said == Category && t.stored == 0 && t.different != nil && t.different.exact():
		c = Column{Name: c.Name, Kind: Category, Missing: c.Missing, Form: Form{Missing: c.Form.Missing}}
		c.levels(t)
	case said == Text, said == Identifier, said == Ignored:
		c.Kind, c.Note = said, "because it is said to be"
	}
	return c
}

// more counts a cell or a row that is not what it should be; b may be nil.
func (b *Bad) more(p Pass, text string) *Bad {
	if b == nil {
		row, line := p.Place()
		b = &Bad{Row: row, Line: line, Text: text}
	}
	b.Count++
	return b
}

// readValues is the second reading: it finds what the values are.
func (p *profile) readValues() error {
	if len(p.read) == 0 {
		return nil
	}
	cells := make([]*cell, len(p.read))
	for i, j := range p.read {
		cells[i] = newCell(&p.schema.Columns[j])
		p.values = append(p.values, NewValues(min(valuesHeld/len(p.read), 1<<16)))
	}
	p.sample = newSample(len(p.read), p.options.Seed)
	row := make([]float64, len(p.read))
	err := p.pass(func(r Pass) {
		for i, j := range p.read {
			v, why := cells[i].of(r, j)
			if why != "" {
				c := &p.schema.Columns[j]
				c.Bad = c.Bad.more(r, string(r.Text(j)))
			}
			p.values[i].Add(v)
			row[i] = v
		}
		p.sample.add(row)
	}, ignore)
	if err != nil {
		return err
	}
	for i, j := range p.read {
		c := &p.schema.Columns[j]
		c.settle(&p.texts[j], p.values[i], p.sample.column(i), p.options.Kinds[c.Name])
		p.values[i] = nil // what it holds is no longer wanted
	}
	return nil
}

// number takes a number of a table that stores numbers.
func (t *texts) number(v float64) {
	t.cells++
	if t.stored++; v != v || math.IsInf(v, 0) {
		t.missing++
	}
}

// A sample is rows drawn at random from all that came (J. Vitter's algorithm R, "Random sampling with a reservoir", ACM Transactions on
// Mathematical Software 11 (1985)).
type sample struct {
	width, limit int
	rows         [][]float64
	seen         int
	rng          *rand.Rand
}

// mostSampled is how many rows there are in a sample, fewer of wide tables.
const (
	mostSampled   = 2048
	fewestSampled = 32
)

func newSample(width int, seed uint64) sample {
	return sample{width: width, limit: min(max(sampleHeld/width, fewestSampled), mostSampled), rng: rand.New(rand.NewPCG(seed, 11))}
}

func (s *sample) add(row []float64) {
	s.seen++
	if len(s.rows) < s.limit {
		s.rows = append(s.rows, append([]float64(nil), row...))
	} else if at := s.rng.IntN(s.seen); at < s.limit {
		copy(s.rows[at], row)
	}
}

// column is the values of a column in the sample, those that are missing aside.
func (s *sample) column(i int) []float64 {
	values := make([]float64, 0, len(s.rows))
	for _, row := range s.rows {
		if v := row[i]; v == v {
			values = append(values, v)
		}
	}
	return values
}
