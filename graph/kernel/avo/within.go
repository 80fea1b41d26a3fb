package main

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// extensions are what each set may use of the processor beyond amd64's base; kernel's set of that name looks for all of them.
// An instruction of AVX-512 on shorter vectors is one of AVX512VL.
var extensions = map[string][]string{
	"avx2":   {"CMOV", "SSE", "SSE2", "AVX", "AVX2", "FMA3", "BMI"},
	"avx512": {"CMOV", "SSE", "SSE2", "AVX", "AVX2", "FMA3", "BMI", "POPCNT", "AVX512F", "AVX512DQ", "AVX512VL"},
}

// staysWithin refuses functions that step outside a set, after registers have been allocated. The allocator knows nothing of
// sets: with more than sixteen vectors alive it takes registers that only AVX-512 has, the assembler then encodes an
// instruction of AVX2 as one of AVX-512, and a processor without it ends the program there.
func staysWithin(set string) func(*ir.Function) error {
	return func(f *ir.Function) error {
		for _, i := range f.Instructions() {
			for _, extension := range i.ISA {
				if !slices.Contains(extensions[set], extension) {
					return fmt.Errorf("%s: %s is an instruction of %s, which %s has not", f.Name, i.Opcode, extension, set)
				}
			}
			if set == "avx512" {
				continue
			}
			for _, r := range registersOf(i) {
				if beyondVEX(r) {
					return fmt.Errorf("%s: %s on %s: %s has sixteen vector registers and no masks; fewer vectors must be alive", f.Name, i.Opcode, r.Asm(), set)
				}
			}
		}
		return nil
	}
}

// registersOf are all that an instruction names or touches.
func registersOf(i *ir.Instruction) (all []reg.Register) {
	for _, list := range [][]operand.Op{i.Operands, i.Inputs, i.Outputs} {
		for _, o := range list {
			all = append(all, operand.Registers(o)...)
		}
	}
	return all
}

// beyondVEX tells whether a register cannot be written in the VEX encoding of AVX2: vector registers from the sixteenth on, 64-byte
// vectors and masks.
func beyondVEX(r reg.Register) bool {
	p := reg.ToPhysical(r)
	switch {
	case p == nil:
		return true // not allocated: the pass was run too early
	case p.Kind() == reg.KindOpmask:
		return true
	case p.Kind() == reg.KindVector:
		return p.PhysicalIndex() > 15 || p.Size() > 32
	}
	return false
}
