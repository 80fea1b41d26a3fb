package kernel

// A mixturePass is the elements that a MixtureBatch works on at one time: groups of a vector's lanes. Each group is
//   - down a column, where its rows share their mixture, or it is the only one: the next group is the rows below;
//   - else across the columns: the next group is the same rows of the next column, so that the parameters of all are one
//     matrix to transpose;
//   - or, of few rows, along a row: consecutive columns of one row.
type mixturePass struct {
	elements    int // in all
	first       int // element of lane l of group g: first + g·group + l·lane
	group, lane int
	groups      int
	full, last  int // lanes in use in a group, and in the last one
	way         passWay
	endsColumn  bool // the last pass down a column
	farLoaded   bool // the mixture that all elements share is loaded for the log form
}

type passWay int

const (
	down passWay = iota
	across
	along
)

// way is how passes go over so many rows.
func (b *MixtureBatch[T]) way(rows int) passWay {
	switch {
	case rows < b.ops.lanes && rows < b.d:
		return along
	case !b.perRow || b.d == 1:
		return down
	}
	return across
}

// wayBack is that of Backward, which adds a shared mixture's gradients up column by column.
func (b *MixtureBatch[T]) wayBack(rows int) passWay {
	if !b.perRow {
		return down
	}
	return b.way(rows)
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
	if p.way == across {
		transpose(p.full, p.groups, src[p.first:], p.lane, dst, lanes)
		return
	}
	if lanes == 1 {
		at := p.first
		for g := range dst[:p.groups] {
			dst[g] = src[at]
			at += p.group
		}
		return
	}
	for g := range p.groups {
		at, n := p.element(g, 0), p.lanesOf(g)
		if p.lane == 1 {
			copy(dst[g*lanes:g*lanes+n], src[at:])
			continue
		}
		for lane := range n {
			dst[g*lanes+lane] = src[at]
			at += p.lane
		}
	}
}

// scatter is the reverse of gather.
func scatter[T Float](p *mixturePass, dst, src []T, lanes int) {
	if p.way == across {
		transpose(p.groups, p.full, src, lanes, dst[p.first:], p.lane)
		return
	}
	if lanes == 1 {
		at := p.first
		for _, v := range src[:p.groups] {
			dst[at] = v
			at += p.group
		}
		return
	}
	for g := range p.groups {
		at, n := p.element(g, 0), p.lanesOf(g)
		if p.lane == 1 {
			copy(dst[at:at+n], src[g*lanes:])
			continue
		}
		for lane := range n {
			dst[at] = src[g*lanes+lane]
			at += p.lane
		}
	}
}

// begin is the first pass over so many elements.
func (b *MixtureBatch[T]) begin(elements int, way passWay) (p mixturePass) {
	p.elements, p.way = elements, way
	b.lay(&p)
	return p
}

// next moves p on; no groups are the end.
func (b *MixtureBatch[T]) next(p *mixturePass) {
	rows, lanes := p.elements/b.d, b.ops.lanes
	row, col := p.first/b.d, p.first%b.d
	switch p.way {
	case down: // then to the next column
		if row += p.groups * lanes; row >= rows {
			row, col = 0, col+1
		}
	case along: // then to the next row
		if col += p.groups * lanes; col >= b.d {
			row, col = row+1, 0
		}
	case across: // then to the next rows
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
	p.farLoaded = false
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
	switch p.way {
	case down:
		p.lane = b.d
		consecutive(rows - row)
		p.endsColumn = row+p.groups*lanes >= rows
	case along:
		p.lane = 1
		consecutive(b.d - col)
	case across:
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

// stride is the length of a block, 0 where the pass has one mixture for all its elements.
func (b *MixtureBatch[T]) stride(p *mixturePass) int {
	if b.perRow || p.way == along {
		return b.k * b.ops.lanes
	}
	return 0
}

// load gathers the pass's elements of x and sees to it that their mixtures are prepared, those of all columns at the first pass or
// before; faint is prepare's.
func (b *MixtureBatch[T]) load(p *mixturePass, x, theta []T) (faint bool) {
	gather(p, b.x, x, b.ops.lanes)
	if b.perRow {
		for part, block := range [3][]T{b.p.logits, b.p.mu, b.own.raw} {
			b.blocksOf(p, part, func(at, rows, cols, stride, to int) {
				intoLanes(rows, cols, theta[at:], stride, block[to:], b.ops.lanes)
			})
		}
		return b.prepare(p.groups, &b.own, &b.p)
	}
	columns := b.ahead
	if columns == nil {
		if columns = &b.own; p.first == 0 {
			b.Prepare(theta, columns)
		}
	}
	col := p.first % b.d
	at := col/b.ops.lanes*b.ops.lanes*b.k + col%b.ops.lanes
	b.p, b.least = columns.from(at), columns.least
	return false
}

// prepare prepares n blocks of logits and raw log scales, in p.
func (b *MixtureBatch[T]) prepare(n int, of *MixtureBlocks[T], p *prepared[T]) (faint bool) {
	if b.curve.none {
		clear(of.least)
	}
	return b.ops.prepare(n, b.k, of.logits, of.raw, &b.curve, p, of.least)
}

// store writes the pass's gradients to gtheta.
func (b *MixtureBatch[T]) store(p *mixturePass, gtheta []T) {
	for part, block := range [3][]T{b.g.logits, b.g.means, b.g.raw} {
		b.blocksOf(p, part, func(at, rows, cols, stride, from int) {
			outOfLanes(rows, cols, block[from:], b.ops.lanes, gtheta[at:], stride)
		})
	}
}

// intoLanes copies rows, stride apart, to the lanes of consecutive blocks: their transpose or, if there is one lane, themselves.
func intoLanes[T Float](rows, cols int, src []T, stride int, dst []T, lanes int) {
	if lanes > 1 {
		transpose(rows, cols, src, stride, dst, lanes)
		return
	}
	for i := range rows {
		copy(dst[i*cols:(i+1)*cols], src[i*stride:])
	}
}

// outOfLanes is the reverse of intoLanes.
func outOfLanes[T Float](rows, cols int, src []T, lanes int, dst []T, stride int) {
	if lanes > 1 {
		transpose(cols, rows, src, lanes, dst, stride)
		return
	}
	for i := range rows {
		copy(dst[i*stride:], src[i*cols:(i+1)*cols])
	}
}

// blocksOf calls do for each matrix of theta that intoLanes makes a run of blocks of: logits (part 0), means or raw log scales,
// of rows×cols numbers from `at` on, rows stride apart; the run starts at to.
func (b *MixtureBatch[T]) blocksOf(p *mixturePass, part int, do func(at, rows, cols, stride, to int)) {
	at, third := b.thirds(p.first)
	at += part * third
	switch {
	case p.way == across:
		do(at, p.full, p.groups*b.k, 3*third, 0)
	case b.ops.lanes == 1: // down
		do(at, p.groups, b.k, 3*third, 0)
	case p.way == along:
		for g := range p.groups {
			do(at+g*b.ops.lanes*b.k, p.lanesOf(g), b.k, b.k, g*b.k*b.ops.lanes)
		}
	default:
		for g := range p.groups {
			do(at+g*b.ops.lanes*3*third, p.lanesOf(g), b.k, 3*third, g*b.k*b.ops.lanes)
		}
	}
}
