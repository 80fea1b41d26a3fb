package sql

import (
	"io"
	"math"
)

// A block is some rows of an answer.
type block struct {
	width int // cells of a row
	cells []cell
	text  []byte // the texts of all cells, joined
}

// A cell is a text, given by its end in the block's text, and a number if the database stores one.
type cell struct {
	end    int
	number float64
	stored bool
}

// blockBytes is about how much text a block holds.
const blockBytes = 1 << 20

func (b *block) reset() { b.cells, b.text = b.cells[:0], b.text[:0] }

// full reports whether a block has enough rows.
func (b *block) full() bool { return len(b.text)+16*len(b.cells) >= blockBytes }

// add adds a cell; its text has already been appended to the block's.
func (b *block) add() { b.cells = append(b.cells, cell{end: len(b.text)}) }

// addNumber adds a cell that is a number; its text has already been appended to the block's.
func (b *block) addNumber(v float64) {
	b.cells = append(b.cells, cell{end: len(b.text), number: v, stored: true})
}

// textOf is the text of a cell.
func (b *block) textOf(at int) []byte {
	start := 0
	if at > 0 {
		start = b.cells[at-1].end
	}
	return b.text[start:b.cells[at].end:b.cells[at].end]
}

// A pass is one reading of the rows of a Query: a columns.Pass.
type pass struct {
	query  *Query
	reader reader // nil once closed
	block  block
	at     int // index of the first cell of the current row in the block
	row    int // from 1
	err    error
}

// Next goes to the next row.
func (p *pass) Next() error {
	if p.err != nil {
		return p.err
	}
	if p.at += p.block.width; p.row == 0 || p.at >= len(p.block.cells) {
		p.at = 0
		if p.err = p.fill(); p.err != nil {
			p.block.reset()
			return p.err
		}
	}
	p.row++
	return nil
}

// fill reads the next block.
func (p *pass) fill() error {
	if p.reader == nil {
		return errQuery
	}
	p.query.shared.Lock()
	defer p.query.shared.Unlock()
	p.block.reset()
	if err := p.reader.read(&p.block); err != nil {
		return err
	}
	if len(p.block.cells) == 0 {
		return io.EOF
	}
	return nil
}

// has reports whether the current row has a column j.
func (p *pass) has(j int) bool { return j >= 0 && j < p.block.width && p.at+j < len(p.block.cells) }

// Fault is always empty: a database has no malformed rows.
func (p *pass) Fault() string { return "" }

// Number is column j, if the database stores a number there.
func (p *pass) Number(j int) (v float64, ok bool) {
	if !p.has(j) {
		return math.NaN(), false
	}
	c := p.block.cells[p.at+j]
	return c.number, c.stored
}

// Text is column j; empty if it is NULL.
func (p *pass) Text(j int) []byte {
	if !p.has(j) {
		return nil
	}
	return p.block.textOf(p.at + j)
}

// Place is the number of the row in the answer; a database has no lines.
func (p *pass) Place() (row, line int) { return p.row, 0 }

// Close ends the pass.
func (p *pass) Close() error {
	if p.reader == nil {
		return nil
	}
	p.query.shared.Lock()
	defer p.query.shared.Unlock()
	r := p.reader
	p.reader = nil
	if p.err == nil {
		p.err = errQuery
	}
	p.block.reset()
	return r.Close()
}
