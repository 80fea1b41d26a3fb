package kernel

// A mixturePass is the elements that a MixtureBatch works on at one time: groups of a vector's lanes. Each group is
//   - where the rows of a column share their mixture: consecutive rows of one column, the next group the rows after them;
//   - where every element has its own: the same rows of one column, the next group those of the next column, so that the
//     parameters of all are one matrix to transpose; or, of few rows, consecutive columns of one row.
type mixturePass struct {
	elements    int // in all
	first       int // element of lane l of group g: first + g·group + l·lane
	group, lane int
	groups      int
	full, last  int  // lanes in use in a group, and in the last one
	alongRow    bool // groups are columns of one row
	endsColumn  bool // the last pass over a column of one mixture
}

func (p *mixturePass) element(g, lane int) int { return p.first + g*p.group + lane*p.lane }

func (p *mixturePass) lanesOf(g int) int {
	if g == p.groups-1 {
		return p.last
	}
	return p.full
}

// gather reads the pass's elements of src into dst, group after group.
func gather[T Float](p *mixturePass, dst, src []T, lanes int) {
	for g := range p.groups {
		at := p.element(g, 0)
		for lane := range p.lanesOf(g) {
			dst[g*lanes+lane] = src[at]
			at += p.lane
		}
	}
}

// scatter is the reverse of gather.
func scatter[T Float](p *mixturePass, dst, src []T, lanes int) {
	for g := range p.groups {
		at := p.element(g, 0)
		for lane := range p.lanesOf(g) {
			dst[at] = src[g*lanes+lane]
			at += p.lane
		}
	}
}

// begin is the first pass over so many elements.
func (b *MixtureBatch[T]) begin(elements int) (p mixturePass) {
	p.elements = elements
	b.lay(&p)
	return p
}

// next moves p on; no groups are the end.
func (b *MixtureBatch[T]) next(p *mixturePass) {
	rows, lanes := p.elements/b.d, b.ops.lanes
	row, col := p.first/b.d, p.first%b.d
	switch {
	case !b.perRow: // down the column, then to the next
		if row += p.groups * lanes; row >= rows {
			row, col = 0, col+1
		}
	case p.alongRow: // along the row, then to the next
		if col += p.groups * lanes; col >= b.d {
			row, col = row+1, 0
		}
	default: // along the columns, then to the next rows
		if col += p.groups; col >= b.d {
			row, col = row+lanes, 0
		}
	}
	if p.first = row*b.d + col; row >= rows || col >= b.d {
		p.first = p.elements
	}
	b.lay(p)
}

// lay lays out the pass that starts at p.first.
func (b *MixtureBatch[T]) lay(p *mixturePass) {
	if p.first >= p.elements {
		p.groups = 0
		return
	}
	rows, lanes := p.elements/b.d, b.ops.lanes
	row, col := p.first/b.d, p.first%b.d
	consecutive := func(n int) { // up to n elements in groups one after the other
		n = min(n, b.groups*lanes)
		p.groups = (n + lanes - 1) / lanes
		p.full, p.last = lanes, n-(p.groups-1)*lanes
		p.group = lanes * p.lane
	}
	switch {
	case !b.perRow:
		p.lane = b.d
		consecutive(rows - row)
		p.endsColumn = row+p.groups*lanes >= rows
	case rows < lanes && rows < b.d:
		p.lane, p.alongRow = 1, true
		consecutive(b.d - col)
	default:
		p.lane, p.group = b.d, 1
		p.groups = min(b.groups, b.d-col)
		p.full = min(lanes, rows-row)
		p.last = p.full
	}
}

// thirds is where the logits of an element start in theta, and the distance from there to its means, and from these to
// its raw log scales.
func (b *MixtureBatch[T]) thirds(element int) (offset, third int) {
	third = b.d * b.k
	if b.perRow {
		return element/b.d*3*third + element%b.d*b.k, third
	}
	return element % b.d * b.k, third
}

// stride is the length of a block, 0 where one serves all elements; blocks is how many a pass needs.
func (b *MixtureBatch[T]) stride() int {
	if b.perRow {
		return b.k * b.ops.lanes
	}
	return 0
}

func (b *MixtureBatch[T]) blocks(p *mixturePass) int {
	if b.perRow {
		return p.groups
	}
	return 1
}

// load gathers the pass's elements of x and prepares their mixtures.
func (b *MixtureBatch[T]) load(p *mixturePass, x, theta []T) {
	gather(p, b.x, x, b.ops.lanes)
	if !b.perRow && p.first >= b.d {
		return // the column's mixture is prepared
	}
	for part, block := range [3][]T{b.logits, b.p.mu, b.raw} {
		b.blocksOf(p, part, func(at, rows, cols, stride, to int) {
			squares[T]().transpose(rows, cols, theta[at:], stride, block[to:], b.ops.lanes)
		})
	}
	b.ops.prepare(b.blocks(p), b.k, b.logits, b.raw, b.curve, &b.p)
}

// store writes the pass's gradients to gtheta.
func (b *MixtureBatch[T]) store(p *mixturePass, gtheta []T) {
	for part, block := range [3][]T{b.g.logits, b.g.means, b.g.raw} {
		b.blocksOf(p, part, func(at, rows, cols, stride, from int) {
			squares[T]().transpose(cols, rows, block[from:], b.ops.lanes, gtheta[at:], stride)
		})
	}
}

// blocksOf calls do for each matrix of theta whose transpose is a run of blocks: logits (part 0), means or raw log scales,
// of rows×cols numbers from `at` on, rows stride apart; the run starts at to. A shared mixture fills every lane: its rows
// are all one, stride 0.
func (b *MixtureBatch[T]) blocksOf(p *mixturePass, part int, do func(at, rows, cols, stride, to int)) {
	at, third := b.thirds(p.first)
	at += part * third
	switch {
	case !b.perRow:
		do(at, b.ops.lanes, b.k, 0, 0)
	case p.alongRow:
		for g := range p.groups {
			do(at+g*b.ops.lanes*b.k, p.lanesOf(g), b.k, b.k, g*b.k*b.ops.lanes)
		}
	default:
		do(at, p.full, p.groups*b.k, 3*third, 0)
	}
}
