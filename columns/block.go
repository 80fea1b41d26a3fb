package columns

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A block is a copy of some rows of a table, so that several columns can be examined concurrently while the next rows are read.
type block struct {
	width   int // columns
	rows    int
	places  []place
	numbers []float64 // row-major; the values of cells that are stored as numbers
	stored  []bool    // which cells these are
	seen    []bool    // columns in which a number has been seen: the text of the first is kept, and of all that float64 may have rounded
	text    string    // the texts of the other cells, joined
	ends    []int     // end of each cell in text

	cells []byte // text while the block is filled
}

// A place is a row's position in the table: see Pass.Place.
type place struct{ row, line int }

func placeOf(p Pass) (at place) {
	at.row, at.line = p.Place()
	return at
}

// The limits of a block, and of a row.
const (
	blockCells = 1 << 16
	blockRows  = 1 << 12
	blockText  = 1 << 20
)

// longestLooked is how much of a text is examined: every level of a category and every number is shorter.
const longestLooked = longestLevel + 1

// add appends the current row of a pass.
func (b *block) add(p Pass) {
	b.places = append(b.places, placeOf(p))
	b.numbers, b.stored, b.ends = slices.Grow(b.numbers, b.width), slices.Grow(b.stored, b.width), slices.Grow(b.ends, b.width)
	for j := range b.width {
		v, ok := p.Number(j)
		if first := v-v == 0 && !b.seen[j]; !ok || first || math.Abs(v) > mostWhole {
			b.seen[j] = b.seen[j] || first
			text := p.Text(j)
			b.cells = append(b.cells, text[:min(len(text), longestLooked)]...)
		}
		b.numbers, b.stored, b.ends = append(b.numbers, v), append(b.stored, ok), append(b.ends, len(b.cells))
	}
	b.rows++
}

// full reports whether no further row should be added.
func (b *block) full() bool {
	return b.rows >= blockRows || b.rows*b.width >= blockCells || len(b.cells) >= blockText
}

// end completes the block.
func (b *block) end() { b.text = string(b.cells) }

// begin empties the block.
func (b *block) begin() {
	b.rows, b.places, b.numbers, b.stored, b.ends, b.cells = 0, b.places[:0], b.numbers[:0], b.stored[:0], b.ends[:0], b.cells[:0]
}

// numeric reports whether all cells are stored as numbers.
func (b *block) numeric() bool { return !slices.Contains(b.stored, false) }

// number is column j of row i, if it is stored as a number.
func (b *block) number(i, j int) (v float64, ok bool) {
	return b.numbers[i*b.width+j], b.stored[i*b.width+j]
}

// cell is the text of column j of row i, up to longestLooked bytes. For numbers it is there for the first of a column, and for
// those greater than mostWhole.
func (b *block) cell(i, j int) string {
	at := i*b.width + j
	if at == 0 {
		return b.text[:b.ends[0]]
	}
	return b.text[b.ends[at-1]:b.ends[at]]
}

// blocks reads all readable rows in blocks, and reads the next block while look examines the current one.
func (p *profile) blocks(look func(*block) error, fault func(Pass, string)) (err error) {
	read, looked := make(chan *block), make(chan *block, 2)
	for seen := make([]bool, len(p.names)); len(looked) < cap(looked); {
		looked <- &block{width: len(p.names), seen: seen}
	}
	go func() {
		defer close(read)
		b := <-looked
		hand := func() {
			b.end()
			read <- b
			b = <-looked
			b.begin()
		}
		err = p.pass(func(r Pass) {
			if b.add(r); b.full() {
				hand()
			}
		}, fault)
		if b.rows > 0 {
			hand()
		}
	}()
	var failed error
	for b := range read {
		if failed == nil {
			failed = look(b)
		}
		looked <- b
	}
	if failed != nil {
		return failed
	}
	return err
}

// each calls work for 0 to n−1, on all processors.
func each(n int, work func(i int)) {
	var next atomic.Int64
	var busy sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		busy.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	busy.Wait()
}
