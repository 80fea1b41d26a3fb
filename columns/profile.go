package columns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// Options configure Profile.
type Options struct {
	// Kinds overrides, by name, the kinds of columns that a person knows better: Numbers, Grid, Category, Text,
	// Identifier, Ignored.
	Kinds map[string]Kind
	// Readings says, by name, how columns are read whose cells can be read in two ways; it has no effect on others.
	Readings map[string]Reading
	// Seed selects the rows in which relations between columns are sought, default 0.
	Seed uint64
}

// Profile finds out what the columns of a table are. It reads the table twice, and a third time if columns seem to be computed from
// others, in memory that does not depend on the number of rows. Its error is the table's, that of a ctx that is done, or a
// *SchemaError about Kinds.
func Profile(ctx context.Context, t Table, o Options) (*Schema, error) {
	if ctx == nil || defaults.IsNil(t) {
		return nil, errors.New("columns: Profile: want a context and a table")
	}
	p := &profile{ctx: ctx, table: t, names: t.Names(), options: o}
	if err := p.check(); err != nil {
		return nil, err
	}
	valued, err := p.readTexts()
	if err != nil {
		return nil, err
	}
	if !valued && len(p.read) > 0 {
		if err := p.readValues(); err != nil {
			return nil, err
		}
	}
	p.settle()
	if err := p.relate(); err != nil {
		return nil, err
	}
	return &p.schema, nil
}

// profile is a Schema under construction.
type profile struct {
	ctx     context.Context
	table   Table
	names   []string
	options Options
	schema  Schema

	texts  []texts
	read   []int // indexes of the columns whose values are read
	cells  []*cell
	values []*Values
	row    []float64 // the values of a block, row-major
	drawn  *rows.Reservoir
	sample *mat.Dense // the rows drawn at random; nil if there are none
}

// someOf lists the first names in quotes, and says how many there are beside them.
func someOf(names []string) string {
	const most = 20
	var quoted []string
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, strconv.Quote(name))
	}
	if more := len(names) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

// check reports kinds that cannot be given to a column, or that are given to a column that does not exist.
func (p *profile) check() error {
	if len(p.options.Kinds)+len(p.options.Readings) == 0 {
		return nil
	}
	known := make(map[string]bool, len(p.names))
	for _, name := range p.names {
		known[name] = true
	}
	for name, k := range p.options.Kinds {
		if !known[name] {
			return p.unknown(name)
		}
		switch k {
		case Numbers, Grid, Category, Text, Identifier, Ignored:
		default:
			return &SchemaError{Where: fmt.Sprintf("column %q", name), What: fmt.Sprintf("cannot be made %q, want numbers, grid, category, text, identifier, ignored, %s", k, alternatives(Readings))}
		}
	}
	for name, r := range p.options.Readings {
		if !known[name] {
			return p.unknown(name)
		}
		if r != "" && !slices.Contains(Readings, r) {
			return &SchemaError{Where: fmt.Sprintf("column %q", name), What: fmt.Sprintf("cannot be read %q, want %s", r, alternatives(Readings))}
		}
	}
	return nil
}

// unknown is the error of a name that no column has.
func (p *profile) unknown(name string) error {
	return &SchemaError{Where: fmt.Sprintf("column %q", name), What: "is none of the table's, want one of " + someOf(p.names)}
}

// alternatives lists readings in words.
func alternatives(readings []Reading) string {
	words := make([]string, len(readings))
	for i, r := range readings {
		words[i] = string(r)
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
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

// Limits on what is stored for all columns together, which are divided among the columns.
const (
	textsHeld  = 1 << 18
	valuesHeld = 1 << 20
	sampleHeld = 1 << 22
)

// readTexts is the first pass: it finds out how cells are written. If all cells are stored as numbers it examines their values as
// well, and reports so.
func (p *profile) readTexts() (valued bool, err error) {
	p.texts, p.schema.Columns = make([]texts, len(p.names)), make([]Column, len(p.names))
	held := min(max(textsHeld/max(len(p.names), 1), 1<<8), 1<<12)
	for j, name := range p.names { // if all cells are stored numbers, these will be columns of numbers
		p.schema.Columns[j], p.read = Column{Name: name, Kind: Numbers}, append(p.read, j)
	}
	valued = len(p.names) > 0
	err = p.blocks(func(b *block) (err error) {
		p.schema.Rows += b.rows
		each(b.width, func(j int) { p.texts[j].block(b, j, held) })
		if valued = valued && b.numeric(); valued {
			if p.values == nil {
				err = p.begin()
			}
			if err == nil {
				err = p.look(b)
			}
		}
		return err
	}, func(r Pass, why string) { p.schema.BadRows = p.schema.BadRows.more(placeOf(r), why) })
	if err != nil {
		return false, err
	}
	p.drafts()
	p.schema.Total = p.ending()
	return valued && len(p.read) == len(p.names), nil
}

// drafts determines for each column what it seems to be by its texts.
func (p *profile) drafts() {
	times, written := repeated(p.names), p.convention()
	p.read = p.read[:0]
	for j, name := range p.names {
		c := &p.schema.Columns[j]
		p.texts[j].decide(p.options.Readings[name], written)
		if *c = p.draft(j); times[name] > 1 {
			c.Kind, c.Note = Ignored, fmt.Sprintf("%d columns are called so", times[name])
		}
		if c.Kind == Numbers || c.Kind == Time {
			p.read = append(p.read, j)
		}
	}
}

// repeated maps each name that several columns share to how many.
func repeated(names []string) map[string]int {
	times := map[string]int{}
	sorted := slices.Sorted(slices.Values(names))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			times[sorted[i]] = max(times[sorted[i]], 1) + 1
		}
	}
	return times
}

// draft is what column j seems to be, or what Options says it is.
func (p *profile) draft(j int) Column {
	t := &p.texts[j]
	if of, lists := p.table.(ListTable); lists && of.List(j) {
		return Column{Name: p.names[j], Kind: Ignored, Note: "a list"}
	}
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

// more counts a further bad cell or row; b may be nil.
func (b *Bad) more(at place, text string) *Bad {
	if b == nil {
		b = &Bad{Row: at.row, Line: at.line, Text: strings.Clone(text)}
	}
	b.Count++
	return b
}

// begin prepares to examine the values of the columns that are read.
func (p *profile) begin() (err error) {
	p.cells, p.values = make([]*cell, len(p.read)), make([]*Values, len(p.read))
	for i, j := range p.read {
		p.cells[i] = newCell(&p.schema.Columns[j])
		p.values[i] = NewValues(min(valuesHeld/len(p.read), 1<<16))
	}
	p.drawn, err = rows.NewReservoir(len(p.read), min(max(sampleHeld/len(p.read), fewestSampled), mostSampled), p.options.Seed)
	return err
}

// look examines the values of a block.
func (p *profile) look(b *block) (err error) {
	p.row = slices.Grow(p.row[:0], b.rows*len(p.read))[:b.rows*len(p.read)]
	each(len(p.read), func(i int) {
		j := p.read[i]
		c := &p.schema.Columns[j]
		for k := range b.rows {
			v, why := p.cells[i].in(b, k, j)
			if why != "" {
				c.Bad = c.Bad.more(b.places[k], b.cell(k, j))
			}
			p.values[i].Add(v)
			p.row[k*len(p.read)+i] = v
		}
	})
	for k := 0; k < b.rows && err == nil; k++ {
		_, err = p.drawn.Add(p.row[k*len(p.read) : (k+1)*len(p.read)])
	}
	return err
}

// readValues is the second pass: it finds out what the values are.
func (p *profile) readValues() error {
	if err := p.begin(); err != nil {
		return err
	}
	return p.blocks(p.look, ignore)
}

// settle decides what the columns are whose values have been read.
func (p *profile) settle() {
	p.sample, _ = p.drawn.Rows()
	for i, j := range p.read {
		c := &p.schema.Columns[j]
		c.settle(&p.texts[j], p.values[i], p.sampled(i), p.options.Kinds[c.Name])
		p.values[i] = nil // no longer needed
	}
}

// sampled are a column's values in the sample, without missing ones.
func (p *profile) sampled(i int) []float64 {
	if p.sample == nil {
		return nil
	}
	return slices.DeleteFunc(mat.Col(nil, i, p.sample), math.IsNaN)
}

// Limits of the sample of rows, which is smaller for wide tables.
const (
	mostSampled   = 2048
	fewestSampled = 32
)
