package main

import (
	"fmt"
	"math/bits"
	"slices"
)

// An armInst is an instruction on values, each of which will have a register.
type armInst struct {
	name    string // in armOps; "label"; or "const", a constant in every lane
	f32     bool
	d, d2   int   // values written, none where negative
	in      []int // values read; of a tied instruction the first is d
	number  int
	symbol  string // or label
	bits    vectorBits
	liveOut bitSet
}

// vectorBits are the sixteen bytes of a constant.
type vectorBits [2]uint64

func (i *armInst) outs() (out []int) {
	for _, v := range []int{i.d, i.d2} {
		if v >= 0 {
			out = append(out, v)
		}
	}
	return out
}

func (i *armInst) isBranch() bool {
	return slices.Contains([]string{"BEQ", "BNE", "BLT", "BGE", "JMP"}, i.name)
}

// An armFunc is a function on its way from values to registers.
type armFunc struct {
	class []byte // of each value: v or x
	code  []*armInst
	next  [][]int // of each instruction, where it may go on
}

func (f *armFunc) value(class byte) int {
	f.class = append(f.class, class)
	return len(f.class) - 1
}

// A bitSet is a set of small numbers.
type bitSet []uint64

func newBitSet(n int) bitSet    { return make(bitSet, (n+63)/64) }
func (s bitSet) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }
func (s bitSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s bitSet) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s bitSet) each(do func(int)) {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			do(64*w + bits.TrailingZeros64(word))
		}
	}
}

// union adds t to s and reports whether that changed it.
func (s bitSet) union(t bitSet) (changed bool) {
	for i, w := range t {
		changed = changed || w&^s[i] != 0
		s[i] |= w
	}
	return changed
}

// link fills next.
func (f *armFunc) link() {
	at := map[string]int{}
	for i, inst := range f.code {
		if inst.name == "label" {
			at[inst.symbol] = i
		}
	}
	f.next = make([][]int, len(f.code))
	for i, inst := range f.code {
		if inst.name != "JMP" && inst.name != "RET" {
			f.next[i] = append(f.next[i], i+1)
		}
		if inst.isBranch() {
			to, ok := at[inst.symbol]
			if !ok {
				panic("no label " + inst.symbol)
			}
			f.next[i] = append(f.next[i], to)
		}
	}
}

// liveness fills liveOut.
func (f *armFunc) liveness() {
	f.link()
	in := make([]bitSet, len(f.code))
	for i, inst := range f.code {
		in[i], inst.liveOut = newBitSet(len(f.class)), newBitSet(len(f.class))
	}
	for changed := true; changed; {
		changed = false
		for i := len(f.code) - 1; i >= 0; i-- {
			inst := f.code[i]
			for _, s := range f.next[i] {
				inst.liveOut.union(in[s])
			}
			live := slices.Clone(inst.liveOut)
			for _, v := range inst.outs() {
				live.remove(v)
			}
			for _, v := range inst.in {
				live.add(v)
			}
			changed = in[i].union(live) || changed
		}
	}
	in[0].each(func(v int) { panic(fmt.Sprintf("value %d is read before it is written", v)) })
}

// split gives unrelated uses of a value different values: those that no write reaches in common.
func (f *armFunc) split() {
	f.link()
	var writes []int // the value of each write
	first := make([]int, len(f.code))
	for i, inst := range f.code {
		first[i] = len(writes)
		writes = append(writes, inst.outs()...)
	}
	ofValue := map[int]bitSet{}
	for w, v := range writes {
		if ofValue[v] == nil {
			ofValue[v] = newBitSet(len(writes))
		}
		ofValue[v].add(w)
	}
	reach := make([]bitSet, len(f.code)) // the writes that reach an instruction
	for i := range reach {
		reach[i] = newBitSet(len(writes))
	}
	for changed := true; changed; {
		changed = false
		for i, inst := range f.code {
			out := slices.Clone(reach[i])
			for j, v := range inst.outs() {
				for k, w := range ofValue[v] {
					out[k] &^= w
				}
				out.add(first[i] + j)
			}
			for _, s := range f.next[i] {
				changed = reach[s].union(out) || changed
			}
		}
	}
	web := newForest(len(writes))
	rename := map[*int]int{} // an operand to one of its writes
	for i, inst := range f.code {
		for j, v := range inst.in {
			one := -1
			for w := range writes {
				if reach[i].has(w) && ofValue[v].has(w) {
					if one < 0 {
						one = w
					}
					web.join(one, w)
				}
			}
			rename[&inst.in[j]] = one
		}
		op := armOps[inst.name]
		if op.tied {
			web.join(rename[&inst.in[0]], first[i])
		}
		switch { // the address is the last that is written, and read first, or second by a store
		case op.tiedAddress && op.store:
			web.join(rename[&inst.in[1]], first[i])
		case op.tiedAddress:
			web.join(rename[&inst.in[0]], first[i]+1)
		}
	}
	values := map[int]int{}
	valueOf := func(write int) int {
		root := web.root(write)
		if _, ok := values[root]; !ok {
			values[root] = f.value(f.class[writes[root]])
		}
		return values[root]
	}
	for i, inst := range f.code {
		for j := range inst.in {
			inst.in[j] = valueOf(rename[&inst.in[j]])
		}
		w := first[i]
		if inst.d >= 0 {
			inst.d = valueOf(w)
			w++
		}
		if inst.d2 >= 0 {
			inst.d2 = valueOf(w)
		}
	}
}

// A forest holds disjoint sets.
type forest []int

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = i
	}
	return f
}

func (f forest) root(i int) int {
	for f[i] != i {
		i = f[i]
	}
	return i
}

func (f forest) join(a, b int) { f[f.root(b)] = f.root(a) }

// prune leaves out what nobody reads.
func (f *armFunc) prune() {
	for {
		f.liveness()
		before := len(f.code)
		f.code = slices.DeleteFunc(f.code, func(i *armInst) bool {
			return (i.name == "const" || armOps[i.name].pure) && i.d2 < 0 && !i.liveOut.has(i.d)
		})
		if len(f.code) == before {
			return
		}
	}
}

// interference is which values are alive at one time.
func (f *armFunc) interference() []bitSet {
	graph := make([]bitSet, len(f.class))
	for i := range graph {
		graph[i] = newBitSet(len(f.class))
	}
	for _, inst := range f.code {
		for _, d := range inst.outs() {
			meet := func(v int) {
				if v != d && f.class[v] == f.class[d] && !(inst.isMove() && v == inst.in[0]) {
					graph[d].add(v)
					graph[v].add(d)
				}
			}
			inst.liveOut.each(meet)
			for _, other := range inst.outs() {
				meet(other)
			}
		}
	}
	return graph
}

func (i *armInst) isMove() bool { return i.name == "mov" || i.name == "MOVD" }

// coalesce makes one of the two values of each move that are never alive at one time.
func (f *armFunc) coalesce() {
	f.liveness()
	graph := f.interference()
	same := newForest(len(f.class))
	for _, inst := range f.code {
		if !inst.isMove() {
			continue
		}
		to, from := same.root(inst.d), same.root(inst.in[0])
		if to == from || graph[to].has(from) {
			continue
		}
		same.join(to, from)
		graph[from].each(func(v int) {
			graph[to].add(v)
			graph[v].add(to)
		})
	}
	for _, inst := range f.code {
		for j := range inst.in {
			inst.in[j] = same.root(inst.in[j])
		}
		if inst.d >= 0 {
			inst.d = same.root(inst.d)
		}
		if inst.d2 >= 0 {
			inst.d2 = same.root(inst.d2)
		}
	}
	f.code = slices.DeleteFunc(f.code, func(i *armInst) bool { return i.isMove() && i.d == i.in[0] })
}

// armRegisters are those of each class that a function may use. R18 is the platform's, R27 the assembler's, R28 the goroutine,
// R29 the frame pointer and R30 the link; R26 is left alone too.
var armRegisters = map[byte][]int{'v': span(0, 31), 'x': append(span(0, 17), span(19, 25)...)}

func span(first, last int) (all []int) {
	for i := first; i <= last; i++ {
		all = append(all, i)
	}
	return all
}

// color gives each value a register, or returns the class of which there are too few. (Chaitin's and Briggs's way: values with
// fewer neighbours than registers last, they always find one.)
func (f *armFunc) color() (register []int, failed byte) {
	f.liveness()
	graph := f.interference()
	used := newBitSet(len(f.class))
	for _, inst := range f.code {
		for _, v := range append(inst.outs(), inst.in...) {
			used.add(v)
		}
	}
	degree := make([]int, len(f.class))
	left := newBitSet(len(f.class))
	used.each(func(v int) {
		left.add(v)
		graph[v].each(func(int) { degree[v]++ })
	})
	var order []int
	for {
		next := -1
		left.each(func(v int) {
			easy := degree[v] < len(armRegisters[f.class[v]])
			if next < 0 || easy && (degree[next] >= len(armRegisters[f.class[next]])) || !easy && degree[next] >= len(armRegisters[f.class[next]]) && degree[v] < degree[next] {
				next = v
			}
		})
		if next < 0 {
			break
		}
		left.remove(next)
		order = append(order, next)
		graph[next].each(func(v int) { degree[v]-- })
	}
	register = make([]int, len(f.class))
	for i := range register {
		register[i] = -1
	}
	for _, v := range slices.Backward(order) {
		taken := map[int]bool{}
		graph[v].each(func(n int) { taken[register[n]] = true })
		for _, r := range armRegisters[f.class[v]] {
			if !taken[r] {
				register[v] = r
				break
			}
		}
		if register[v] < 0 {
			return nil, f.class[v]
		}
	}
	return register, 0
}
