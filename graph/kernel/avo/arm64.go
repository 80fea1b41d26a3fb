package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels are written once, in the instructions of amd64 with registers without names, and for arm64 each such instruction
// is translated into one of arm64, or a few. avo's own passes then have no part; its printer writes what comes out.

// compileARM64 takes the place of avo's passes.
var compileARM64 = pass.Func(func(file *ir.File) error {
	constants := map[string]vectorBits{}
	for _, s := range file.Sections {
		if g, ok := s.(*ir.Global); ok && g.Size == 16 {
			constants[g.Symbol.Name] = bitsOf(g)
		}
	}
	var sections []ir.Section
	for _, f := range file.Functions() {
		t := &translator{constants: constants, values: map[reg.ID]int{}}
		for _, n := range f.Nodes {
			t.node(n)
		}
		register, pool := t.f.compile(f.Name)
		f.Nodes = t.f.nodes(register)
		sections = append(sections, f)
		if len(pool) > 0 {
			sections = append(sections, poolSection(f.Name, pool))
		}
	}
	file.Sections = sections
	return pass.IncludeTextFlagHeader(file)
})

// bitsOf are a constant's bytes.
func bitsOf(g *ir.Global) (bits vectorBits) {
	var bytes [16]byte
	for _, d := range g.Data {
		switch v := d.Value.(type) {
		case U32:
			binary.LittleEndian.PutUint32(bytes[d.Offset:], uint32(v))
		case U64:
			binary.LittleEndian.PutUint64(bytes[d.Offset:], uint64(v))
		}
	}
	return vectorBits{binary.LittleEndian.Uint64(bytes[:]), binary.LittleEndian.Uint64(bytes[8:])}
}

func poolSection(function string, pool []vectorBits) *ir.Global {
	g := ir.NewStaticGlobal(poolName(function))
	g.Attributes = attr.RODATA | attr.NOPTR
	for _, v := range pool {
		g.Append(U64(v[0]))
		g.Append(U64(v[1]))
	}
	return g
}

// written is text that avo prints as it is.
type written string

func (w written) Asm() string { return string(w) }

// nodes are the instructions for avo's printer.
func (f *armFunc) nodes(register []int) (nodes []ir.Node) {
	for _, inst := range f.code {
		if inst.name == "label" {
			nodes = append(nodes, ir.Label(inst.symbol))
			continue
		}
		form := inst.form(register)
		out := &ir.Instruction{Opcode: "WORD", IsTerminal: inst.name == "RET", IsBranch: inst.isBranch(), IsConditional: inst.isBranch() && inst.name != "JMP"}
		if form.isWord() {
			out.Operands = []Op{written(fmt.Sprintf("$%#08x // %s", form.word(), form.written()))}
		} else {
			opcode, rest, has := strings.Cut(form.written(), " ")
			if out.Opcode = opcode; has {
				out.Operands = []Op{written(rest)}
			}
		}
		nodes = append(nodes, out)
	}
	return nodes
}

// form is the instruction with its registers in their fields.
func (i *armInst) form(register []int) armForm {
	op, ok := armOps[i.name]
	if !ok {
		panic("no arm64 instruction " + i.name)
	}
	form, in := armForm{armOp: op, f32: i.f32, number: i.number, symbol: i.symbol}, slices.Clone(i.in)
	switch {
	case op.store:
		form.d, in = register[in[0]], in[1:]
	case i.d >= 0:
		form.d = register[i.d]
	}
	if op.tied {
		in = in[1:]
	}
	if len(in) > 0 {
		form.n = register[in[0]]
	}
	if len(in) > 1 {
		form.m = register[in[1]]
	}
	if i.name == "ldp q" {
		form.m = register[i.d2]
	}
	return form
}
