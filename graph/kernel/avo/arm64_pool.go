package main

import (
	"fmt"
	"slices"
)

// compile gives the values of f registers, with as many of the constants and parameters that loops read in registers as there is
// room for, and returns the function's constants in memory: the pool.
//
// A constant that is to be changed (what a polynomial's next coefficient is added to) is loaded anew each time, which costs no
// more than a copy would, and two at a time.
func (f *armFunc) compile(name string) (register []int, pool []vectorBits) {
	f.split()
	f.prune()
	hoisted := map[string]int{} // how many of a kind
	for _, kind := range hoistable {
		hoisted[kind] = 1 << 20
	}
	for {
		try := f.clone()
		for _, kind := range hoistable {
			hoisted[kind] = min(hoisted[kind], try.hoist(kind, hoisted[kind]))
		}
		pool = try.fillPool(name)
		try.coalesce()
		register, failed := try.color()
		if failed == 0 {
			*f = *try
			return register, pool
		}
		fewer := map[byte]string{'v': "const", 'x': "MOVD param"}[failed]
		if failed == 'x' && hoisted["ADD number"] > 0 {
			fewer = "ADD number"
		}
		if hoisted[fewer]--; hoisted[fewer] < 0 {
			panic(fmt.Sprintf("%s: too few registers of class %c", name, failed))
		}
	}
}

// hoistable are the instructions that may move out of loops: constants, parameters, and sums of an address and a number.
var hoistable = []string{"const", "MOVD param", "ADD number"}

func (f *armFunc) clone() *armFunc {
	c := &armFunc{class: slices.Clone(f.class)}
	for _, inst := range f.code {
		other := *inst
		other.in = slices.Clone(inst.in)
		c.code = append(c.code, &other)
	}
	return c
}

// weights tell how often each instruction runs: eight times as often in each loop around it.
func (f *armFunc) weights() []int {
	weight := make([]int, len(f.code))
	for i := range weight {
		weight[i] = 1
	}
	at := map[string]int{}
	for i, inst := range f.code {
		if inst.name == "label" {
			at[inst.symbol] = i
		}
		if first, seen := at[inst.symbol]; seen && inst.isBranch() {
			for j := first; j <= i; j++ {
				weight[j] *= 8
			}
		}
	}
	return weight
}

// hoist moves up to `most` instructions of a kind out of all loops, each once for all that are alike, the most used first, if
// what they write is not changed. It returns how many.
func (f *armFunc) hoist(kind string, most int) int {
	weights := f.weights()
	writes, writer := make([]int, len(f.class)), make([]int, len(f.class))
	for i, inst := range f.code {
		for _, v := range inst.outs() {
			writes[v]++
			writer[v] = i
		}
	}
	type key struct {
		bits   vectorBits
		symbol string
		number int
		source int
	}
	uses, all := map[key]int{}, map[key][]*armInst{}
	var order []key
	for i, inst := range f.code {
		if inst.name != kind || writes[inst.d] > 1 {
			continue
		}
		k := key{inst.bits, inst.symbol, inst.number, -1}
		if len(inst.in) > 0 {
			k.source = inst.in[0]
			if writes[k.source] > 1 || weights[writer[k.source]] > 1 {
				continue
			}
		}
		if all[k] == nil {
			order = append(order, k)
		}
		all[k] = append(all[k], inst)
		if weights[i] > 1 {
			uses[k] += weights[i]
		}
	}
	order = slices.DeleteFunc(order, func(k key) bool { return uses[k] == 0 })
	slices.SortStableFunc(order, func(a, b key) int { return uses[b] - uses[a] })
	order = order[:min(most, len(order))]
	same, gone := newForest(len(f.class)), map[*armInst]bool{}
	after := map[*armInst][]*armInst{} // what is placed after an instruction, nil for the start
	for _, k := range order {
		for _, inst := range all[k] {
			gone[inst] = true
			same.join(all[k][0].d, inst.d)
		}
		var source *armInst
		if k.source >= 0 {
			source = f.code[writer[k.source]]
		}
		after[source] = append(after[source], all[k][0])
	}
	code := slices.Clone(after[nil])
	for _, inst := range f.code {
		if !gone[inst] {
			code = append(code, inst)
			code = append(code, after[inst]...)
		}
	}
	for _, inst := range code {
		for j := range inst.in {
			inst.in[j] = same.root(inst.in[j])
		}
		if inst.d >= 0 {
			inst.d = same.root(inst.d)
		}
	}
	f.code = code
	return len(order)
}

// fillPool turns constants into loads from the pool that it returns.
func (f *armFunc) fillPool(name string) (pool []vectorBits) {
	base := f.value('x')
	pairs, singles := map[[2]vectorBits]int{}, map[vectorBits]int{} // their places
	place := func(load *armInst, bits ...vectorBits) {
		load.in = []int{base}
		load.number = 16 * len(pool)
		pool = append(pool, bits...)
	}
	gone := map[*armInst]bool{}
	var first *armInst // of a pair, in the block at hand
	var alone []*armInst
	pair := func(second *armInst) {
		a, b := first.bits, second.bits
		first.name, first.d2 = "ldp q", second.d
		if at, done := pairs[[2]vectorBits{a, b}]; done {
			first.in, first.number = []int{base}, at
		} else {
			place(first, a, b)
			pairs[[2]vectorBits{a, b}] = first.number
		}
		gone[second] = true
		first = nil
	}
	endBlock := func() {
		if first != nil {
			alone = append(alone, first)
			first = nil
		}
	}
	for _, inst := range f.code {
		switch {
		case inst.name == "label" || inst.isBranch():
			endBlock()
		case inst.name != "const":
		case inst.bits == vectorBits{}:
			inst.name = "zero"
		case first == nil:
			first = inst
		default:
			pair(inst)
		}
	}
	endBlock()
	for _, inst := range alone {
		inst.name = "ldr q"
		if at, done := singles[inst.bits]; done {
			inst.in, inst.number = []int{base}, at
		} else {
			place(inst, inst.bits)
			singles[inst.bits] = inst.number
		}
	}
	f.code = slices.DeleteFunc(f.code, func(i *armInst) bool { return gone[i] })
	if len(pool) == 0 {
		return nil
	}
	symbol := poolName(name) + "<>"
	const reach = 1024 // of a pair's offset, which has a sign
	if 32*len(pairs) > reach {
		symbol += fmt.Sprintf("+%d", reach)
		for _, inst := range f.code {
			if len(inst.in) == 1 && inst.in[0] == base {
				inst.number -= reach
			}
		}
	}
	f.code = append([]*armInst{{name: "MOVD pool", d: base, d2: -1, symbol: symbol + "(SB)"}}, f.code...)
	return pool
}

func poolName(function string) string { return "constants_" + function }
