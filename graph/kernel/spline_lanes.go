package kernel

import "math"

// splineKernels do many splines at a time, a lane each, in float64. Lanes hold elements, in n groups of as many as there are lanes;
// rows are what there is of an element, splineRow numbers of each kind, and blocks are k numbers of each element of a group, number
// after number, group after group.
type splineKernels struct {
	lanes int // 0: there are none
	// widen: n times 2·lanes numbers.
	widen func(n int, from *float32, to *float64)
	// place: softmax and the k+1 knots of blocks of raw numbers, by the numbers of a laneAxis.
	place func(n, k int, axis, raw, share, knots *float64)
	// find: the piece that splineIn is in by its own axis, its knots, its shares and the raw numbers of the slopes at its knots.
	find func(n, k int, rows, own, other, widths, heights, slopes *float64)
	// slopes: s from the shares, and δ and its derivative from the two raw numbers, by bounds of splineLanes.
	slopes func(n int, family, rows *float64)
	// forward, inverse: splineOut and splineLog, log dz/dx.
	forward, inverse func(n int, rows *float64)
	// backward: splineInUp, the gradients in the knots, and in the raw numbers of the slopes where their derivatives have been, from
	// splineOutUp and splineLogUp. inverseBackward: the same at the x that the inverse found, whose log slope is in splineLog and minus
	// the gradient in that in splineLogUp.
	backward, inverseBackward func(n int, rows *float64)
	// takeBack: the gradients in the raw numbers of an axis from those in the two knots, by {scale, k − 1}.
	takeBack func(n, k int, numbers, index, from, to, share, up *float64)
}

// splineRow is how many elements are done at a time.
const splineRow = 64

// The rows of a pass.
const (
	splineIn          = iota // x, or z
	splineFrom               // the knots around it
	splineTo                 //
	splineOtherFrom          // those that they go to
	splineOtherTo            //
	splineIndex              // of the piece
	splineWidth              // its shares, of widths
	splineHeight             // and of heights
	splineSlope              // s
	splineLower              // the slopes at its knots, or their raw numbers
	splineUpper              //
	splineLowerRate          // their derivatives, or gradients in the raw numbers
	splineUpperRate          //
	splineOut                // z, or x
	splineLog                // the log slope
	splineOutUp              // gradients
	splineLogUp              //
	splineInUp               //
	splineFromUp             //
	splineToUp               //
	splineOtherFromUp        //
	splineOtherToUp          //
	splineRows
)

// mostLaneBins is how many pieces are looked through one by one.
const mostLaneBins = 128

// splineLanes maps elements that have a spline each, by splineKernels.
type splineLanes[T Float] struct {
	family Spline
	d      int
	ops    *splineKernels
	x, y   laneAxis
	bounds [7]float64 // shift, MinSlope and the most; MinWidth and MinHeight, each with what K of them leave of 1
	rows   []float64
	raw    []float64 // a block, of raw numbers or gradients in them
	turned []T       // the same as it comes and goes
	slopes []float64 // the raw numbers of the slopes at the k+1 knots; that of a slope of 1 is 0
	strips []splineStrip
	groups int // of all strips
}

// A laneAxis has one axis of the splines of a pass.
type laneAxis struct {
	numbers      [6]float64 // Lo, Hi, their middle, Hi − Lo, least share, 1 − K·least share
	back         [2]float64 // the numbers of takeBack
	share, knots []float64
}

// A splineStrip is some groups of a pass: the lanes are rows and the groups columns, or one group is columns of one row.
type splineStrip struct {
	row, col, groups, lanes int
	along                   bool // the lanes are columns
}

// newSplineLanes is nil where there are no kernels for the family.
func newSplineLanes[T Float](family Spline, d int, ops *splineKernels) *splineLanes[T] {
	if ops.lanes == 0 || family.Ends == OpenEnds || family.Bins > mostLaneBins {
		return nil
	}
	k := family.Bins
	axis := func(least float64) laneAxis {
		length, rest := family.Hi-family.Lo, 1-float64(k)*least
		return laneAxis{
			[6]float64{family.Lo, family.Hi, family.Lo + length/2, length, least, rest}, [2]float64{length * rest, float64(k - 1)},
			Aligned[float64](k * splineRow), Aligned[float64]((k + 1) * splineRow),
		}
	}
	return &splineLanes[T]{
		family: family, d: d, ops: ops, x: axis(family.MinWidth), y: axis(family.MinHeight),
		bounds: [7]float64{family.shift(), family.MinSlope, mostSlope, family.MinWidth, 1 - float64(k)*family.MinWidth, family.MinHeight, 1 - float64(k)*family.MinHeight},
		rows:   Aligned[float64](splineRows * splineRow), raw: Aligned[float64]((k + 1) * splineRow), turned: Aligned[T]((k + 1) * splineRow),
		slopes: Aligned[float64]((k + 1) * splineRow),
		strips: make([]splineStrip, 0, splineRow),
	}
}

func (s *splineLanes[T]) row(row int) []float64 { return s.rows[row*splineRow:][:splineRow] }

func (s *splineLanes[T]) at(row int) *float64 { return &s.rows[row*splineRow] }

// each visits passes over n elements.
func (s *splineLanes[T]) each(n int, visit func()) {
	lanes, rows := s.ops.lanes, n/s.d
	add := func(strip splineStrip) {
		s.strips = append(s.strips, strip)
		if s.groups += strip.groups; s.groups == splineRow/lanes {
			visit()
			s.strips, s.groups = s.strips[:0], 0
		}
	}
	if rows < lanes && rows < s.d {
		for row := range rows {
			for col := 0; col < s.d; col += lanes {
				add(splineStrip{row, col, 1, min(lanes, s.d-col), true})
			}
		}
	} else {
		for row := 0; row < rows; row += lanes {
			for col := 0; col < s.d; {
				strip := splineStrip{row, col, min(s.d-col, splineRow/lanes-s.groups), min(lanes, rows-row), false}
				col += strip.groups
				add(strip)
			}
		}
	}
	if s.groups > 0 {
		visit()
		s.strips, s.groups = s.strips[:0], 0
	}
}

// elements visits each element e of the pass, with its place i in rows.
func (s *splineLanes[T]) elements(visit func(i, e int)) {
	i := 0
	for _, strip := range s.strips {
		e, lane := strip.row*s.d+strip.col, s.d
		if strip.along {
			lane = 1
		}
		for range strip.groups {
			for l := range strip.lanes {
				visit(i+l, e+l*lane)
			}
			i += s.ops.lanes
			e++
		}
	}
}

// load places the knots of the splines of the pass, and the raw numbers of their slopes.
func (s *splineLanes[T]) load(theta *SplineTheta[T]) {
	s.place(&s.x, theta.Widths, theta.Stride)
	s.place(&s.y, theta.Heights, theta.Stride)
	_, _, k := s.family.Sizes()
	s.loadRaw(k, theta.Slopes, theta.Stride)
	s.placeSlopes(k * s.ops.lanes)
}

func (s *splineLanes[T]) place(a *laneAxis, theta []T, stride int) {
	k := s.family.Bins
	s.loadRaw(k, theta, stride)
	s.ops.place(s.groups, k, &a.numbers[0], &s.raw[0], &a.share[0], &a.knots[0])
}

// loadRaw reads k raw numbers of each element into blocks.
func (s *splineLanes[T]) loadRaw(k int, theta []T, stride int) {
	s.matrices(k, theta, stride, func(lanes, numbers int, theta []T, stride int, turned []T) {
		transpose(lanes, numbers, theta, stride, turned, s.ops.lanes)
	})
	s.widen(s.groups * k * s.ops.lanes)
}

// widen sets the first n numbers of raw to those of turned, and some after them.
func (s *splineLanes[T]) widen(n int) {
	switch turned := any(s.turned).(type) {
	case []float32:
		s.ops.widen((n+2*s.ops.lanes-1)/(2*s.ops.lanes), &turned[0], &s.raw[0])
	case []float64:
		copy(s.raw[:n], turned)
	}
}

// placeSlopes takes blocks of raw numbers, each n in all, to the knots that they belong to.
func (s *splineLanes[T]) placeSlopes(n int) {
	lanes := s.ops.lanes
	size, first := (s.family.Bins+1)*lanes, 0
	if s.family.Ends == LinearEnds {
		first = lanes
	}
	for g := range s.groups {
		block := s.slopes[g*size:][:size]
		copy(block[first:], s.raw[g*n:][:n])
		if s.family.Ends == CircularEnds {
			copy(block[n:], block[:lanes])
		}
	}
}

// takeBack writes the gradients in an axis's raw numbers.
func (s *splineLanes[T]) takeBack(a *laneAxis, from, to int, theta []T, stride int) {
	k := s.family.Bins
	s.ops.takeBack(s.groups, k, &a.back[0], s.at(splineIndex), s.at(from), s.at(to), &a.share[0], &s.raw[0])
	convert(s.turned[:s.groups*k*s.ops.lanes], s.raw)
	s.matrices(k, theta, stride, func(lanes, numbers int, theta []T, stride int, turned []T) {
		transpose(numbers, lanes, turned, s.ops.lanes, theta, stride)
	})
}

// matrices visits k raw numbers of each element, a row of theta each lane, with what they are when turned.
func (s *splineLanes[T]) matrices(k int, theta []T, stride int, visit func(lanes, numbers int, theta []T, stride int, turned []T)) {
	turned := s.turned
	for _, strip := range s.strips {
		apart := stride
		if strip.along {
			apart = k
		}
		visit(strip.lanes, strip.groups*k, theta[strip.row*stride+strip.col*k:], apart, turned)
		turned = turned[strip.groups*k*s.ops.lanes:]
	}
}

// convert is dst = src in another type, or the same.
func convert[To, From Float](dst []To, src []From) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = To(v)
	}
}

// find finds the pieces of elements; one that is not inside has the place of Lo.
func (s *splineLanes[T]) find(v []T, own, other *laneAxis) {
	in := s.row(splineIn)
	s.elements(func(i, e int) {
		if in[i] = float64(v[e]); !s.inside(in[i]) {
			in[i] = s.family.Lo
		}
	})
	s.ops.find(s.groups, s.family.Bins, &s.rows[0], &own.knots[0], &other.knots[0], &s.x.share[0], &s.y.share[0], &s.slopes[0])
	s.ops.slopes(s.groups, &s.bounds[0], &s.rows[0])
}

func (s *splineLanes[T]) inside(v float64) bool { return s.family.inside(v, s.family.Lo, s.family.Hi) }

// slopesOf are the raw numbers of an element's slopes.
func (s *splineLanes[T]) slopesOf(theta *SplineTheta[T], e int) []T {
	_, _, n := s.family.Sizes()
	return theta.Slopes[e/s.d*theta.Stride+e%s.d*n:][:n]
}

// store writes splineOut, and sign times the log slope.
func (s *splineLanes[T]) store(in []T, out, logSlope []T, sign float64) {
	outs, logs := s.row(splineOut), s.row(splineLog)
	outside := s.family.outside()
	s.elements(func(i, e int) {
		if s.inside(float64(in[e])) {
			out[e], logSlope[e] = T(outs[i]), T(sign*logs[i])
		} else {
			out[e], logSlope[e] = in[e], T(outside)
		}
	})
}

func (s *splineLanes[T]) forward(x []T, theta *SplineTheta[T], z, logSlope []T) {
	s.each(len(x), func() {
		s.load(theta)
		s.find(x, &s.x, &s.y)
		s.ops.forward(s.groups, &s.rows[0])
		s.store(x, z, logSlope, 1)
	})
}

func (s *splineLanes[T]) inverse(z []T, theta *SplineTheta[T], x, logSlope []T) {
	s.each(len(z), func() {
		s.load(theta)
		s.find(z, &s.y, &s.x)
		s.ops.inverse(s.groups, &s.rows[0])
		s.store(z, x, logSlope, -1)
	})
}

func (s *splineLanes[T]) backward(x []T, theta *SplineTheta[T], zUp, logSlopeUp, xUp []T, thetaUp *SplineTheta[T]) {
	s.each(len(x), func() {
		s.load(theta)
		s.find(x, &s.x, &s.y)
		s.gatherUp(x, zUp, logSlopeUp, 1)
		s.ops.backward(s.groups, &s.rows[0])
		in := s.row(splineInUp)
		s.elements(func(i, e int) {
			if xUp[e] = T(in[i]); !s.inside(float64(x[e])) {
				xUp[e] = zUp[e]
			}
		})
		s.storeTheta(thetaUp)
	})
}

func (s *splineLanes[T]) inverseBackward(x, logSlope []T, theta *SplineTheta[T], xUp, logSlopeUp, zUp []T, thetaUp *SplineTheta[T]) {
	s.each(len(x), func() {
		s.load(theta)
		s.find(x, &s.x, &s.y)
		s.gatherUp(x, xUp, logSlopeUp, -1)
		logs := s.row(splineLog)
		s.elements(func(i, e int) { logs[i] = float64(logSlope[e]) })
		s.ops.inverseBackward(s.groups, &s.rows[0])
		in := s.row(splineInUp)
		s.elements(func(i, e int) {
			if zUp[e] = T(in[i]); !s.inside(float64(x[e])) {
				zUp[e] = T(float64(xUp[e]) * math.Exp(float64(logSlope[e])))
			}
		})
		s.storeTheta(thetaUp)
	})
}

// gatherUp reads the gradients in what came out, and sign times those in the log slope. What is not inside moves no knot.
func (s *splineLanes[T]) gatherUp(x, outUp, logSlopeUp []T, sign float64) {
	outs, logs := s.row(splineOutUp), s.row(splineLogUp)
	s.elements(func(i, e int) {
		if outs[i], logs[i] = float64(outUp[e]), sign*float64(logSlopeUp[e]); !s.inside(float64(x[e])) {
			outs[i], logs[i] = 0, 0
		}
	})
}

// storeTheta writes the gradients in the raw numbers of the pass.
func (s *splineLanes[T]) storeTheta(up *SplineTheta[T]) {
	s.takeBack(&s.x, splineFromUp, splineToUp, up.Widths, up.Stride)
	s.takeBack(&s.y, splineOtherFromUp, splineOtherToUp, up.Heights, up.Stride)
	index, lower, upper := s.row(splineIndex), s.row(splineLowerRate), s.row(splineUpperRate)
	s.elements(func(i, e int) {
		slopes, knot := s.slopesOf(up, e), int(index[i])
		clear(slopes)
		if raw := s.family.rawOf(knot); raw >= 0 {
			slopes[raw] += T(lower[i])
		}
		if raw := s.family.rawOf(knot + 1); raw >= 0 {
			slopes[raw] += T(upper[i])
		}
	})
}
